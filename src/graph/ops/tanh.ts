import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** Hyperbolic tangent. */
export const tanh: Op = unary({
  name: 'tanh',
  f: Math.tanh,
  dx: ({ y, dy, ops }) => ops.mul(dy, ops.sub(1, ops.square(y))), // tanh′ = 1 − tanh²,
  onnx: 'Tanh',
});
