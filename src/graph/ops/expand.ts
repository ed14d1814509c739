import { ToolkitError } from '../../core/errors.js';
import { type Shape, sizeOf } from '../../core/host-array.js';
import { broadcastShapes, broadcastStrides, walk } from '../broadcast.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { sameShape, showShape } from '../tensor.js';
import { unbroadcast } from '../unbroadcast.js';

export interface ExpandAttributes {
  readonly shape: Shape;
}

/** Repeats a tensor to a larger shape by the broadcasting rule. */
export const expand: Op<Partial<ExpandAttributes>> = defineOp<ExpandAttributes>({
  name: 'expand',
  attributes: ({ shape = [] }) => ({ shape }),
  infer: ([x], { shape }) => {
    requireFloat('expand', x!);
    if (!sameShape(broadcastShapes('expand', x!.shape, shape), shape)) {
      throw new ToolkitError('shape-mismatch', `expand cannot turn ${showShape(x!.shape)} into ${showShape(shape)}.`);
    }
    return { shape, dtype: 'float32' };
  },
  evaluate: ([x], { shape }) => {
    const out = new Float32Array(sizeOf(shape));
    walk(shape, [broadcastStrides(x!.shape, shape)], (i, [at]) => {
      out[i] = x!.data[at!] as number;
    });
    return out;
  },
  vjp: ({ inputs: [x], dy, ops }) => [unbroadcast(ops, dy, x!.shape)],
  onnx: ({ node, in: [x], out, ints, attributes: { shape } }) => node('Expand', [x!, ints(shape)], { outputs: out }),
  samples: [
    { inputs: [[3, 1]], attributes: { shape: [2, 3, 4] } },
    { inputs: [[]], attributes: { shape: [2] } },
  ],
});
