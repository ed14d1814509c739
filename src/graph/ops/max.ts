import type { Op } from '../define-op.js';
import { type ReduceAttributes, reduction } from '../reduction.js';

/** Largest value over axes; ties share nothing: each gets the whole gradient. */
export const max: Op<Partial<ReduceAttributes>> = reduction({
  name: 'max',
  onnx: 'ReduceMax',
  start: -Infinity,
  fold: Math.max,
  finish: (total) => total,
  dx: ({ x, y, dy, ops }) => ops.where(ops.equal(x, y), dy, 0),
});
