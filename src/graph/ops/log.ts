import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** ln x. */
export const log: Op = unary({
  name: 'log',
  f: Math.log,
  dx: ({ x, dy, ops }) => ops.div(dy, x),
  onnx: 'Log',
  range: [0.5, 2],
});
