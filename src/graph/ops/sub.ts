import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** a − b, broadcasting. */
export const sub: Op = binary({
  name: 'sub',
  f: (a, b) => a - b,
  grads: ({ dy, ops }) => [dy, ops.neg(dy)],
  onnx: 'Sub',
});
