import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** cos x. */
export const cos: Op = unary({
  name: 'cos',
  f: Math.cos,
  dx: ({ x, dy, ops }) => ops.neg(ops.mul(dy, ops.sin(x))),
  onnx: 'Cos',
});
