import type { Tensor } from '../../graph/index.js';
import { defineLayer } from '../define-layer.js';
import { conv2d } from './conv2d.js';

export interface DownsampleOptions {
  readonly channels: number;
  /** 0 means one row and one column of zeros at the bottom and on the right only, as in the DDPM checkpoints. */
  readonly padding?: number;
}

/** Halves height and width by a 3×3 convolution of stride 2. */
export function downsample({ channels, padding = 1 }: DownsampleOptions) {
  const sides = padding === 0 ? ([0, 0, 1, 1] as const) : padding;
  const conv = conv2d({ inChannels: channels, outChannels: channels, stride: 2, padding: sides });
  return defineLayer({
    params: { conv: conv.params },
    apply: (p, x: Tensor): Tensor => conv.apply(p.conv, x), // [B, C, H, W] → [B, C, H/2, W/2]
  });
}
