import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** σ(x) = 1 / (1 + e⁻ˣ). */
export const sigmoid: Op = unary({
  name: 'sigmoid',
  f: (x) => 1 / (1 + Math.exp(-x)),
  dx: ({ y, dy, ops }) => ops.mul(dy, ops.sub(y, ops.square(y))), // σ′ = σ·(1 − σ),
  onnx: 'Sigmoid',
});
