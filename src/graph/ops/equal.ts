import type { Op } from '../define-op.js';
import { binary } from '../elementwise.js';

/** Whether a = b, element by element, as a bool tensor. Its derivative is zero. */
export const equal: Op = binary({
  name: 'equal',
  f: (a, b) => Number(a === b),
  grads: null,
  onnx: 'Equal',
  result: 'bool',
});
