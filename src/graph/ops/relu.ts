import { floats } from '../../core/host-array.js';
import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** max(x, 0); the derivative at 0 is 0. */
export const relu: Op = unary({
  name: 'relu',
  f: (x) => Math.max(x, 0),
  dx: ({ x, dy, ops }) => ops.where(ops.greater(x, 0), dy, 0),
  onnx: 'Relu',
  samples: [{ inputs: [floats([4], [-1, 0.5, 2, -0.3])] }],
});
