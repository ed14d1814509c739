import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** Whether a > b, element by element, as a bool tensor. Its derivative is zero. */
export const greater: Op = binary({
  name: 'greater',
  f: (a, b) => Number(a > b),
  grads: null,
  onnx: 'Greater',
  result: 'bool',
});
