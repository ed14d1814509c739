import type { Op } from '../define-op.js';
import { type ReduceAttributes, reduction } from '../reduction.js';

/** Sum of squares over axes, in one pass over memory. */
export const sumSquares: Op<Partial<ReduceAttributes>> = reduction({
  name: 'sumSquares',
  onnx: 'ReduceSumSquare',
  start: 0,
  fold: (sofar, x) => sofar + x * x,
  finish: (total) => total,
  dx: ({ x, dy, ops }) => ops.mul(x, ops.mul(dy, 2)),
});
