import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** sin x. */
export const sin: Op = unary({
  name: 'sin',
  f: Math.sin,
  dx: ({ x, dy, ops }) => ops.mul(dy, ops.cos(x)),
  onnx: 'Sin',
});
