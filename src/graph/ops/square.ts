import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** x². */
export const square: Op = unary({
  name: 'square',
  f: (x) => x * x,
  dx: ({ x, dy, ops }) => ops.mul(dy, ops.mul(x, 2)),
  onnx: ({ node, in: [x], out }) => node('Mul', [x!, x!], { outputs: out }),
});
