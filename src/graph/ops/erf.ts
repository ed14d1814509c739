import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

/** The error function 2/√π·∫₀ˣ e^{−t²} dt. */
export const erf: Op = unary({
  name: 'erf',
  f: erfOf,
  dx: ({ x, dy, ops }) => ops.mul(dy, ops.mul(ops.exp(ops.neg(ops.square(x))), 2 / Math.sqrt(Math.PI))),
  onnx: 'Erf',
});

/** Series near 0, continued fraction far out: Abramowitz & Stegun 7.1.6 and 7.1.14. */
export function erfOf(x: number): number {
  if (x < 0) return -erfOf(-x);
  if (x > 6) return 1;
  const c = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
  if (x < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 80; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return c * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return 1 - c / 2 / (x + fraction);
}
