import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** −1, 0 or 1. Its derivative is zero. */
export const sign: Op = unary({
  name: 'sign',
  f: Math.sign,
  dx: null,
  onnx: 'Sign',
  range: [0.1, 2],
});
