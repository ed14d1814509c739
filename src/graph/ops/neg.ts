import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** −x. */
export const neg: Op = unary({
  name: 'neg',
  f: (x) => -x,
  dx: ({ dy, ops }) => ops.neg(dy),
  onnx: 'Neg',
});
