import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** √x. */
export const sqrt: Op = unary({
  name: 'sqrt',
  f: Math.sqrt,
  dx: ({ y, dy, ops }) => ops.div(dy, ops.mul(y, 2)), // 1 / (2√x),
  onnx: 'Sqrt',
  range: [0.5, 2],
});
