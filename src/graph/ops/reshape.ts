import { ToolkitError } from '../../core/errors.js';
import { type Shape, sizeOf } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';
import { showShape } from '../tensor.js';

export interface ReshapeAttributes {
  /** The new shape; one entry may be −1 and is worked out. */
  readonly shape: Shape;
}

/** The same numbers in the same order under another shape. */
export const reshape: Op<Partial<ReshapeAttributes>> = defineOp<ReshapeAttributes>({
  name: 'reshape',
  attributes: ({ shape = [] }, [x]) => {
    const known = sizeOf(shape.filter((n) => n !== -1));
    return { shape: shape.map((n) => (n === -1 ? sizeOf(x!.shape) / known : n)) };
  },
  infer: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x!.shape) || shape.some((n) => !Number.isInteger(n) || n < 0)) {
      throw new ToolkitError('shape-mismatch', `reshape cannot turn ${showShape(x!.shape)} into ${showShape(shape)}.`);
    }
    return { shape, dtype: x!.dtype };
  },
  evaluate: ([x]) => x!.data,
  vjp: ({ inputs: [x], dy, ops }) => [ops.reshape(dy, { shape: x!.shape })],
  onnx: ({ node, in: [x], out, ints, attributes: { shape } }) => node('Reshape', [x!, ints(shape)], { outputs: out }),
  samples: [{ inputs: [[2, 6]], attributes: { shape: [3, -1] } }],
});
