import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** a + b, broadcasting. */
export const add: Op = binary({
  name: 'add',
  f: (a, b) => a + b,
  grads: ({ dy }) => [dy, dy],
  onnx: 'Add',
});
