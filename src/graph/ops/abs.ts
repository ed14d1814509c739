import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** |x|; the derivative at 0 is 0. */
export const abs: Op = unary({
  name: 'abs',
  f: Math.abs,
  dx: ({ x, dy, ops }) => ops.mul(dy, ops.sign(x)),
  onnx: 'Abs',
  range: [0.1, 2],
});
