import { ToolkitError } from '../../core/errors.js';
import { sizeOf } from '../../core/host-array.js';
import {
  type ConvAttributes,
  type ConvOptions,
  convAttributes,
  convSize,
  eachTap,
  onnxConv,
  spatial,
} from '../convolution.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { blockedConv, leastPositions, worthBlocking } from '../onnx/blocked-conv.js';
import { showShape } from '../tensor.js';

export interface ConvTransposeAttributes extends ConvAttributes {
  /** Height and width of the result: the size a convolution would have started from. */
  readonly outSize: readonly [number, number];
}

export type ConvTransposeOptions = ConvOptions & Partial<Pick<ConvTransposeAttributes, 'outSize'>>;

/**
 * The adjoint of conv2d in its input: y [N, O, H′, W′], w [O, C/groups, k, l] → x [N, C, H, W].
 * Read the other way it is the up-sampling "transposed convolution"; w is laid out as conv2d's weight.
 */
export const convTranspose2d: Op<ConvTransposeOptions> = defineOp<ConvTransposeAttributes, ConvTransposeOptions>({
  name: 'convTranspose2d',
  attributes: (given, [y, w]) => {
    const at = convAttributes(given);
    const grown = [0, 1].map((i) => {
      const [n, k] = [spatial(y!.shape)[i]!, spatial(w!.shape)[i]!];
      return (n - 1) * at.stride[i]! + at.dilation[i]! * (k - 1) + 1 - at.padding[i]! - at.padding[i + 2]!;
    });
    return { ...at, outSize: given.outSize ?? (grown as [number, number]) };
  },
  infer: ([y, w], at) => {
    for (const tensor of [y!, w!]) requireFloat('convTranspose2d', tensor);
    const back = convSize('convTranspose2d', at.outSize, spatial(w!.shape), at);
    if (y!.shape[1] !== w!.shape[0] || back.join() !== spatial(y!.shape).join()) {
      throw new ToolkitError(
        'shape-mismatch',
        `convTranspose2d cannot apply weight ${showShape(w!.shape)} to ${showShape(y!.shape)} for an output of ${at.outSize.join('×')}.`,
      );
    }
    return { shape: [y!.shape[0]!, w!.shape[1]! * at.groups, ...at.outSize], dtype: 'float32' };
  },
  evaluate: ([y, w], at, [x]) => {
    const [dy, q] = [y!.data as Float32Array, w!.data as Float32Array];
    const sums = new Float64Array(sizeOf(x!.shape));
    const taps = {
      ...at,
      batch: y!.shape[0]!,
      inChannels: x!.shape[1]!,
      outChannels: y!.shape[1]!,
      size: at.outSize,
      kernel: spatial(w!.shape),
      outSize: spatial(y!.shape),
    };
    eachTap(taps, (i, j, k) => {
      sums[i]! += q[j]! * dy[k]!;
    });
    return Float32Array.from(sums);
  },
  vjp: ({ inputs: [y, w], attributes: { outSize: _, ...conv }, dy: dx, ops }) => [
    ops.conv2d(dx, w!, conv),
    ops.convWeightGrad(dx, y!, { ...conv, kernel: spatial(w!.shape) }),
  ],
  onnx: (at) => {
    const {
      node,
      in: [y, w],
      inputs,
      outputs,
      out,
      ints,
      attributes,
    } = at;
    const { stride, padding, dilation, groups, outSize } = attributes;
    const kernel = spatial(inputs[1]!.shape);
    const [O, C] = inputs[1]!.shape as [number, number];
    const span = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)] as const;
    const pads = [span[0] - padding[0], span[1] - padding[1], span[0] - padding[2], span[1] - padding[3]] as const;
    const positions = sizeOf(outputs[0]!.shape) / C;
    if (positions >= leastPositions && stride.every((n) => n === 1) && groups === 1 && pads.every((n) => n >= 0)) {
      // A stride-1 adjoint is a convolution with the kernel turned by 180° and its channels swapped; for few positions
      // turning the kernel costs more than the convolution.
      const conv = { ...attributes, padding: pads };
      const geometry = { inChannels: O, outChannels: C, kernel, positions, conv };
      if (worthBlocking(at, geometry)) {
        blockedConv(at, { ...geometry, x: y!, weight: w!, turned: true });
        return;
      }
      const [k, l] = kernel;
      const swapped = node('Transpose', [w!], { attributes: { perm: [1, 0, 2, 3] } });
      const taps = node('Reshape', [swapped, ints([C * O, k * l])]);
      const spun = node('Slice', [taps, ints([-1]), ints([-k * l - 1]), ints([1]), ints([-1])]);
      const turned = k * l === 1 ? swapped : node('Reshape', [spun, ints([C, O, k, l])]);
      node('Conv', [y!, turned], { outputs: out, attributes: { ...onnxConv(conv), kernel_shape: kernel } });
      return;
    }
    const [h, v] = spatial(inputs[0]!.shape);
    const extra = [h, v].map((n, i) => {
      const natural = (n - 1) * stride[i]! + dilation[i]! * (kernel[i]! - 1) + 1 - padding[i]! - padding[i + 2]!;
      return outSize[i]! - natural;
    });
    node('ConvTranspose', [y!, w!], {
      outputs: out,
      attributes: { ...onnxConv(attributes), group: groups, kernel_shape: kernel, output_padding: extra },
    });
  },
  samples: [
    {
      inputs: [
        [2, 4, 5, 4],
        [4, 3, 3, 3],
      ],
      attributes: { padding: [1, 1, 1, 1] },
    },
    {
      inputs: [
        [1, 2, 3, 3],
        [2, 2, 3, 3],
      ],
      attributes: { stride: [2, 2], padding: [0, 0, 1, 1], outSize: [6, 6] },
    },
    {
      inputs: [
        [1, 6, 5, 7],
        [6, 2, 3, 2],
      ],
      attributes: { dilation: [2, 1], groups: 2, padding: [1, 2, 2, 1] },
    },
    {
      inputs: [
        [2, 5, 4, 4],
        [5, 3, 1, 1],
      ],
    },
  ],
});
