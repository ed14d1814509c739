import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';
import { erfOf } from './erf.js';

/** x·Φ(x) with the exact Gaussian distribution function. Hendrycks & Gimpel 2016 (arXiv:1606.08415). */
export const gelu: Op = unary({
  name: 'gelu',
  f: (x) => 0.5 * x * (1 + erfOf(x / Math.SQRT2)),
  // d(x·Φ) = Φ(x) + x·φ(x)
  dx: ({ x, dy, ops }) => {
    const distribution = ops.mul(ops.add(ops.erf(ops.mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = ops.mul(ops.exp(ops.mul(ops.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return ops.mul(dy, ops.add(distribution, ops.mul(x, density)));
  },
  onnx: ({ node, in: [x], out }) => node('Gelu', [x!], { outputs: out, domain: 'com.microsoft' }),
});
