import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** x·σ(x), also called swish. Elfwing et al. 2018 (arXiv:1702.03118). */
export const silu: Op = unary({
  name: 'silu',
  f: (x) => x / (1 + Math.exp(-x)),
  // d(x·σ) = σ·(1 + x − x·σ); the product is read back as y.
  dx: ({ x, y, dy, ops }) => ops.mul(dy, ops.mul(ops.sigmoid(x), ops.add(ops.sub(x, y), 1))),
  again: ({ inputs: [x], ops }) => [ops.mul(x!, ops.sigmoid(x!))], // the backward pass needs σ(x) anyway
  onnx: ({ node, in: [x], out, target }) => {
    if (target === 'cpu') {
      node('QuickGelu', [x!], { outputs: out, domain: 'com.microsoft', attributes: { alpha: { float: 1 } } });
    } else node('Mul', [x!, node('Sigmoid', [x!])], { outputs: out });
  },
});
