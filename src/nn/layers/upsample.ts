import { type Tensor, upsampleNearest } from '../../graph/index.js';
import { defineLayer } from '../define-layer.js';
import { conv2d } from './conv2d.js';

export interface UpsampleOptions {
  readonly channels: number;
}

/** Doubles height and width by repeating pixels, then smooths by a 3×3 convolution. */
export function upsample({ channels }: UpsampleOptions) {
  const conv = conv2d({ inChannels: channels, outChannels: channels });
  return defineLayer({
    params: { conv: conv.params },
    apply: (p, x: Tensor): Tensor => conv.apply(p.conv, upsampleNearest(x, { factor: 2 })), // [B, C, H, W] → [B, C, 2H, 2W]
  });
}
