import { floats } from '../../core/host-array.js';
import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** The smaller of a and b, broadcasting. Ties send the whole gradient to b. */
export const minimum: Op = binary({
  name: 'minimum',
  f: Math.min,
  grads: ({ a, b, dy, ops }) => {
    const first = ops.less(a, b);
    return [ops.where(first, dy, 0), ops.where(first, 0, dy)];
  },
  onnx: 'Min',
  samples: [
    { inputs: [floats([2, 2], [-1, 0.5, 2, 0.1]), floats([2, 2], [1, -0.5, 1.2, 0.9])] },
    { inputs: [floats([2, 1], [-1, 1]), floats([3], [0, -0.4, 0.3])] },
  ],
});
