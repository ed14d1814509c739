import { ToolkitError } from '../../core/errors.js';
import { floats, sizeOf } from '../../core/host-array.js';
import { type ConvAttributes, type ConvOptions, convAttributes, convSize, eachTap, spatial } from '../convolution.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import type { OnnxContext } from '../onnx/context.js';
import { showShape } from '../tensor.js';

export interface ConvWeightGradAttributes extends ConvAttributes {
  readonly kernel: readonly [number, number];
}

export type ConvWeightGradOptions = ConvOptions & Partial<Pick<ConvWeightGradAttributes, 'kernel'>>;

/** The adjoint of conv2d in its weight: x [N, C, H, W], dy [N, O, H′, W′] → dw [O, C/groups, k, l]. */
export const convWeightGrad: Op<ConvWeightGradOptions> = defineOp<ConvWeightGradAttributes, ConvWeightGradOptions>({
  name: 'convWeightGrad',
  attributes: (given) => ({ ...convAttributes(given), kernel: given.kernel ?? [1, 1] }),
  infer: ([x, dy], at) => {
    for (const tensor of [x!, dy!]) requireFloat('convWeightGrad', tensor);
    const back = convSize('convWeightGrad', spatial(x!.shape), at.kernel, at);
    if (x!.shape[0] !== dy!.shape[0] || back.join() !== spatial(dy!.shape).join()) {
      throw new ToolkitError(
        'shape-mismatch',
        `convWeightGrad: ${showShape(dy!.shape)} is not what a ${at.kernel.join('×')} convolution makes of ${showShape(x!.shape)}.`,
      );
    }
    return { shape: [dy!.shape[1]!, x!.shape[1]! / at.groups, ...at.kernel], dtype: 'float32' };
  },
  evaluate: ([x, dy], at, [dw]) => {
    const [p, q] = [x!.data as Float32Array, dy!.data as Float32Array];
    const sums = new Float64Array(sizeOf(dw!.shape));
    const taps = {
      ...at,
      batch: x!.shape[0]!,
      inChannels: x!.shape[1]!,
      outChannels: dy!.shape[1]!,
      size: spatial(x!.shape),
      outSize: spatial(dy!.shape),
    };
    eachTap(taps, (i, j, k) => {
      sums[j]! += p[i]! * q[k]!;
    });
    return Float32Array.from(sums);
  },
  vjp: ({ inputs: [x, dy], attributes: { kernel: _, ...conv }, dy: dw, ops }) => [
    ops.convTranspose2d(dy!, dw, { ...conv, outSize: spatial(x!.shape) }),
    ops.conv2d(x!, dw, conv),
  ],
  onnx: (at) => {
    const { kernel, stride, padding, dilation, groups } = at.attributes;
    const plain = stride.every((n) => n === 1) && dilation.every((n) => n === 1) && groups === 1;
    if (plain && kernel.join() === '1,1' && padding.every((n) => n === 0)) pointwise(at);
    else if (plain && kernel.join() === '3,3' && padding.every((n) => n === 1)) shifted(at);
    else unfolded(at);
  },
  samples: [
    {
      inputs: [
        [2, 3, 5, 4],
        [2, 4, 5, 4],
      ],
      attributes: { kernel: [3, 3], padding: [1, 1, 1, 1] },
    },
    {
      inputs: [
        [1, 3, 5, 4],
        [1, 4, 5, 4],
      ],
      attributes: { kernel: [3, 3], padding: [1, 1, 1, 1] },
    },
    {
      inputs: [
        [2, 2, 6, 6],
        [2, 3, 3, 3],
      ],
      attributes: { kernel: [3, 3], stride: [2, 2], padding: [0, 0, 1, 1] },
    },
    {
      inputs: [
        [1, 4, 6, 5],
        [1, 6, 5, 7],
      ],
      attributes: { kernel: [3, 2], dilation: [2, 1], groups: 2, padding: [1, 2, 2, 1] },
    },
    {
      inputs: [
        [2, 3, 4, 4],
        [2, 5, 4, 4],
      ],
    },
  ],
});

type Context = OnnxContext<ConvWeightGradAttributes>;

/** [N, C, H, W] → [C, N·H·W] */
function channelsFirst({ node, ints }: Context, name: string, [N, C, H, W]: readonly number[]): string {
  const moved = N === 1 ? name : node('Transpose', [name], { attributes: { perm: [1, 0, 2, 3] } });
  return node('Reshape', [moved, ints([C!, N! * H! * W!])]);
}

/** dw = dy·xᵀ over all positions. */
function pointwise(at: Context): void {
  const [x, dy] = at.inputs.map(({ shape }, i) => channelsFirst(at, at.in[i]!, shape));
  const product = timesTransposed(at, [dy!, x!], [1, 0]);
  at.node('Reshape', [product, at.ints(at.outputs[0]!.shape)], { outputs: at.out });
}

/** a·bᵀ over the last two axes; `perm` is the transposition of b, for engines that need it spelled out. */
function timesTransposed(
  { node, target }: Context,
  [a, b]: readonly [string, string],
  perm: readonly number[],
): string {
  if (target === 'webgpu') return node('MatMul', [a, node('Transpose', [b], { attributes: { perm } })]);
  const attributes = { transA: 0, transB: 1, alpha: { float: 1 } };
  return node('FusedMatMul', [a, b], { domain: 'com.microsoft', attributes });
}

/**
 * A 3×3, stride-1, padding-1 kernel without im2col. With one shared zero column and one shared zero row (P = W + 1),
 * dw[o, c, i, j] = Σ_l dy[o, l − i·P]·x[c, l + j] for i, j ∈ {−1, 0, 1}: three row shifts of dy against three column
 * shifts of x, all nine taps in one product [3·O, L]·[3·C, L]ᵀ. Moving l by P + 1 makes every shift a delay,
 *
 *   dw[o, c, i, j] = Σ_l dy[o, l − 1 − (i + 1)·P]·x[c, l − P − (1 − j)],
 *
 * so that each stack is the flat array three times in a row with zeros in front of every copy. What a delay carries from
 * one channel into the next, or over the end, meets zeros of the other factor.
 */
function shifted(at: Context): void {
  const { node, ints, inputs } = at;
  const [N, C, H, W] = inputs[0]!.shape as [number, number, number, number];
  const O = inputs[1]!.shape[1]!;
  const P = W + 1;
  const L = N * (H + 1) * P;
  const flat = inputs.map(({ shape }, i) => {
    const padded = node('Pad', [at.in[i]!, ints([0, 0, 0, 0, 0, 0, 1, 1])]); // [N, C, H + 1, W + 1]
    const front = channelsFirst(at, padded, [N, shape[1]!, H + 1, P]);
    return node('Reshape', [front, ints([shape[1]! * L])]);
  });
  const zeros = (count: number): string => at.constant(floats([count]));
  const stack = (line: string, channels: number, [first, then]: readonly [number, number]): string => {
    const last = node('Slice', [line, ints([0]), ints([channels * L - first - 2 * then]), ints([0])]);
    const pieces = [zeros(first), line, zeros(then), line, zeros(then), last];
    return node('Reshape', [node('Concat', pieces, { attributes: { axis: 0 } }), ints([3 * channels, L])]);
  };
  const rows = stack(flat[1]!, O, [1, P]); // i = −1, 0, 1
  const columns = stack(flat[0]!, C, [P, 1]); // j = 1, 0, −1
  // [3·O, 3·C] → [3, 3, O, C] → [O, C, 9]: in two steps, of long runs and of one axis; j is turned around in between.
  const taps = node('Reshape', [timesTransposed(at, [rows, columns], [1, 0]), ints([3, O, 3, C])]);
  const apart = node('Transpose', [taps], { attributes: { perm: [0, 2, 1, 3] } });
  const turned = node('Slice', [apart, ints([-1]), ints([-4]), ints([1]), ints([-1])]);
  const ordered = node('Transpose', [node('Reshape', [turned, ints([9, O * C])])], { attributes: { perm: [1, 0] } });
  node('Reshape', [ordered, ints([O, C, 3, 3])], { outputs: at.out });
}

/** Any geometry: one strided slice of the padded input per tap, stacked, times dy; groups as batches. */
function unfolded(at: Context): void {
  const { node, ints, inputs, attributes } = at;
  const { kernel, stride, padding, dilation, groups: G } = attributes;
  const [N, C] = inputs[0]!.shape as [number, number];
  const O = inputs[1]!.shape[1]!;
  const [h, w] = spatial(inputs[1]!.shape);
  const L = N * h * w;
  const [top, left, bottom, right] = padding;
  const padded = node('Pad', [at.in[0]!, ints([0, 0, top, left, 0, 0, bottom, right])]);
  const front = node('Transpose', [padded], { attributes: { perm: [1, 0, 2, 3] } }); // [C, N, H, W]
  const taps: string[] = [];
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const starts = [i * dilation[0], j * dilation[1]] as const;
      const ends = [starts[0] + (h - 1) * stride[0] + 1, starts[1] + (w - 1) * stride[1] + 1];
      const tap = node('Slice', [front, ints(starts), ints(ends), ints([2, 3]), ints(stride)]);
      taps.push(node('Reshape', [tap, ints([G, 1, C / G, L])]));
    }
  }
  const K = taps.length;
  const columns = node('Reshape', [node('Concat', taps, { attributes: { axis: 1 } }), ints([G, (K * C) / G, L])]);
  const dy = node('Reshape', [channelsFirst(at, at.in[1]!, inputs[1]!.shape), ints([G, O / G, L])]);
  const product = timesTransposed(at, [dy, columns], [0, 2, 1]);
  const split = node('Reshape', [product, ints([O, K, C / G])]);
  const ordered = node('Transpose', [split], { attributes: { perm: [0, 2, 1] } }); // [O, C/G, K]
  node('Reshape', [ordered, ints(at.outputs[0]!.shape)], { outputs: at.out });
}
