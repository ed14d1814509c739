import { ToolkitError } from '../core/errors.js';
import type { Shape } from '../core/host-array.js';
import { showShape } from './tensor.js';

type Pair = readonly [number, number];

/** Geometry shared by the convolution, its transpose and its weight gradient. */
export interface ConvAttributes {
  readonly stride: Pair;
  /** Zeros added [top, left, bottom, right]. */
  readonly padding: readonly [number, number, number, number];
  readonly dilation: Pair;
  /** Input and output channels are split into this many independent groups. */
  readonly groups: number;
}

/** What callers may write: one number for both axes, or for all four sides. */
export interface ConvOptions {
  readonly stride?: number | Pair;
  readonly padding?: number | ConvAttributes['padding'];
  readonly dilation?: number | Pair;
  readonly groups?: number;
}

const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value);

export function convAttributes({ stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions): ConvAttributes {
  const sides = typeof padding === 'number' ? ([padding, padding, padding, padding] as const) : padding;
  return { stride: pair(stride), padding: sides, dilation: pair(dilation), groups };
}

/** Output height and width: ⌊(H + pad − dilation·(k − 1) − 1) / stride⌋ + 1. */
export function convSize(owner: string, size: Pair, kernel: Pair, { stride, padding, dilation }: ConvAttributes): Pair {
  const out = size.map((n, i) => {
    const padded = n + padding[i]! + padding[i + 2]!;
    return Math.floor((padded - dilation[i]! * (kernel[i]! - 1) - 1) / stride[i]!) + 1;
  });
  if (out.some((n) => n < 1)) {
    throw new ToolkitError(
      'shape-mismatch',
      `${owner}: a ${kernel.join('×')} kernel does not fit into ${size.join('×')} with padding ${showShape(padding)}.`,
    );
  }
  return out as unknown as Pair;
}

export const spatial = (shape: Shape): Pair => [shape.at(-2)!, shape.at(-1)!];

/** ONNX attributes of Conv and ConvTranspose. */
export const onnxConv = ({ stride, padding, dilation, groups }: ConvAttributes) => ({
  strides: stride,
  pads: padding,
  dilations: dilation,
  group: groups,
});

interface Taps extends ConvAttributes {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: Pair;
  readonly kernel: Pair;
  readonly outSize: Pair;
}

/**
 * Visits every product of a convolution as flat indices (x, w, y): the meaning of all three convolution ops at once,
 * y += x·w, dx += w·dy, dw += x·dy.
 */
export function eachTap(taps: Taps, visit: (x: number, w: number, y: number) => void): void {
  const { batch, inChannels, outChannels, size, kernel, outSize, stride, padding, dilation, groups } = taps;
  const [C, O] = [inChannels / groups, outChannels / groups];
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outChannels; o++)
      for (let c = 0; c < C; c++)
        for (let i = 0; i < outSize[0]; i++)
          for (let j = 0; j < outSize[1]; j++)
            for (let k = 0; k < kernel[0]; k++)
              for (let l = 0; l < kernel[1]; l++) {
                const row = i * stride[0] + k * dilation[0] - padding[0];
                const column = j * stride[1] + l * dilation[1] - padding[1];
                if (row < 0 || row >= size[0] || column < 0 || column >= size[1]) continue;
                const channel = Math.floor(o / O) * C + c;
                visit(
                  ((n * inChannels + channel) * size[0] + row) * size[1] + column,
                  ((o * C + c) * kernel[0] + k) * kernel[1] + l,
                  ((n * outChannels + o) * outSize[0] + i) * outSize[1] + j,
                );
              }
}
