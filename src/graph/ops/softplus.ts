import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** ln(1 + eˣ). */
export const softplus: Op = unary({
  name: 'softplus',
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  dx: ({ x, dy, ops }) => ops.mul(dy, ops.sigmoid(x)),
  onnx: 'Softplus',
});
