import type { Op } from '../define-op.js';
import { type ReduceAttributes, reduction } from '../reduction.js';

/** Mean over axes. */
export const mean: Op<Partial<ReduceAttributes>> = reduction({
  name: 'mean',
  onnx: 'ReduceMean',
  start: 0,
  fold: (sofar, x) => sofar + x,
  finish: (total, count) => total / count,
  dx: ({ x, dy, count, ops }) => ops.expand(ops.mul(dy, 1 / count), { shape: x.shape }),
});
