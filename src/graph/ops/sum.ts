import type { Op } from '../define-op.js';
import { type ReduceAttributes, reduction } from '../reduction.js';

/** Sum over axes. */
export const sum: Op<Partial<ReduceAttributes>> = reduction({
  name: 'sum',
  onnx: 'ReduceSum',
  start: 0,
  fold: (sofar, x) => sofar + x,
  finish: (total) => total,
  dx: ({ x, dy, ops }) => ops.expand(dy, { shape: x.shape }),
});
