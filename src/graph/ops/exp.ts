import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** eˣ. */
export const exp: Op = unary({
  name: 'exp',
  f: Math.exp,
  dx: ({ y, dy, ops }) => ops.mul(dy, y),
  onnx: 'Exp',
});
