import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** a / b, broadcasting. */
export const div: Op = binary({
  name: 'div',
  f: (a, b) => a / b,
  grads: ({ b, y, dy, ops }) => {
    const da = ops.div(dy, b);
    return [da, ops.neg(ops.mul(da, y))]; // d(a/b) = da/b − (a/b)·db/b
  },
  onnx: 'Div',
  range: [0.5, 2],
});
