import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** The larger of a and b, broadcasting. Ties send the whole gradient to b. */
export const maximum: Op = binary({
  name: 'maximum',
  f: Math.max,
  grads: ({ a, b, dy, ops }) => {
    const first = ops.greater(a, b);
    return [ops.where(first, dy, 0), ops.where(first, 0, dy)];
  },
  onnx: 'Max',
});
