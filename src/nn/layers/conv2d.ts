import { conv2d as convolve, type Tensor } from '../../graph/index.js';
import { defineLayer, param } from '../define-layer.js';
import { kaiming } from '../init.js';

export interface Conv2dOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel?: number;
  readonly stride?: number;
  /** Zeros on all four sides, or [top, left, bottom, right]; unless told, what keeps the size at stride 1. */
  readonly padding?: number | readonly [number, number, number, number];
}

/** A 2-D convolution with bias. */
export function conv2d({ inChannels, outChannels, kernel = 3, stride = 1, padding = (kernel - 1) / 2 }: Conv2dOptions) {
  const fanIn = inChannels * kernel * kernel;
  return defineLayer({
    params: {
      weight: param([outChannels, inChannels, kernel, kernel], kaiming(fanIn)),
      bias: param([outChannels], kaiming(fanIn)),
    },
    // [B, C, H, W] → [B, O, H′, W′]
    apply: (p, x: Tensor): Tensor => convolve(x, p.weight, p.bias, { stride, padding }),
  });
}
