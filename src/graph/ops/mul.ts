import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** a·b, broadcasting. */
export const mul: Op = binary({
  name: 'mul',
  f: (a, b) => a * b,
  grads: ({ a, b, dy, ops }) => [ops.mul(dy, b), ops.mul(dy, a)], // d(ab) = b·da + a·db,
  onnx: 'Mul',
});
