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
import { blockedConv, worthBlocking } from '../onnx/blocked-conv.js';
import { showShape } from '../tensor.js';

/** 2-D cross-correlation: x [N, C, H, W], w [O, C/groups, k, l], optional bias [O] → [N, O, H′, W′]. */
export const conv2d: Op<ConvOptions> = defineOp<ConvAttributes, ConvOptions>({
  name: 'conv2d',
  attributes: convAttributes,
  infer: ([x, w, b], at) => {
    for (const tensor of [x!, w!]) requireFloat('conv2d', tensor);
    const [N, C] = x!.shape;
    const [O, perGroup] = w!.shape;
    const fits = x!.shape.length === 4 && w!.shape.length === 4 && C === perGroup! * at.groups && O! % at.groups === 0;
    if (!fits || (b && b.shape.join() !== String(O))) {
      const bias = b ? ` and bias ${showShape(b.shape)}` : '';
      throw new ToolkitError(
        'shape-mismatch',
        `conv2d with ${at.groups} group(s) cannot apply weight ${showShape(w!.shape)}${bias} to ${showShape(x!.shape)}.`,
      );
    }
    return { shape: [N!, O!, ...convSize('conv2d', spatial(x!.shape), spatial(w!.shape), at)], dtype: 'float32' };
  },
  evaluate: ([x, w, b], at, [y]) => {
    const [p, q] = [x!.data as Float32Array, w!.data as Float32Array];
    const area = sizeOf(y!.shape.slice(2));
    const O = y!.shape[1]!;
    const sums = Float64Array.from({ length: sizeOf(y!.shape) }, (_, i) =>
      b ? (b.data[Math.floor(i / area) % O] as number) : 0,
    );
    const taps = {
      ...at,
      batch: y!.shape[0]!,
      inChannels: x!.shape[1]!,
      outChannels: O,
      size: spatial(x!.shape),
      kernel: spatial(w!.shape),
      outSize: spatial(y!.shape),
    };
    eachTap(taps, (i, j, k) => {
      sums[k]! += p[i]! * q[j]!;
    });
    return Float32Array.from(sums);
  },
  vjp: ({ inputs: [x, w, b], attributes, dy, ops }) => {
    const dx = ops.convTranspose2d(dy, w!, { ...attributes, outSize: spatial(x!.shape) });
    const dw = ops.convWeightGrad(x!, dy, { ...attributes, kernel: spatial(w!.shape) });
    return b ? [dx, dw, ops.sum(dy, { axes: [0, 2, 3] })] : [dx, dw];
  },
  onnx: (at) => {
    const { node, in: names, inputs, outputs, out, attributes } = at;
    const [x, weight, bias] = names as [string, string, string | undefined];
    const kernel = spatial(inputs[1]!.shape);
    const [O, C] = inputs[1]!.shape as [number, number];
    const positions = sizeOf(outputs[0]!.shape) / O;
    const geometry = { inChannels: C, outChannels: O, kernel, positions, conv: attributes };
    if (!at.known(1) && worthBlocking(at, geometry)) blockedConv(at, { ...geometry, x, weight, bias, turned: false });
    else node('Conv', names, { outputs: out, attributes: { ...onnxConv(attributes), kernel_shape: kernel } });
  },
  samples: [
    { inputs: [[2, 3, 5, 4], [4, 3, 3, 3], [4]], attributes: { padding: [1, 1, 1, 1] } },
    {
      inputs: [
        [1, 2, 6, 6],
        [2, 2, 3, 3],
      ],
      attributes: { stride: [2, 2], padding: [0, 0, 1, 1] },
    },
    {
      inputs: [
        [1, 4, 6, 5],
        [6, 2, 3, 2],
      ],
      attributes: { dilation: [2, 1], groups: 2, padding: [1, 2, 2, 1] },
    },
    { inputs: [[2, 3, 4, 4], [5, 3, 1, 1], [5]] },
    { inputs: [[2, 16, 16, 18], [32, 16, 3, 3], [32]], attributes: { padding: 1 } },
  ],
});
