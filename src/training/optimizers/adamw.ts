import { number } from '../../core/options.js';
import { add, div, mul, sqrt, square, sub } from '../../graph/index.js';
import { defineOptimizer } from '../optimizer.js';

/** At 1 nothing would ever be forgotten, and the bias correction would divide by 1 − 1. */
const longest = 0.999999;

/**
 * Adam with decoupled weight decay. Loshchilov & Hutter 2019 (arXiv:1711.05101), Algorithm 2.
 *
 *   m ← β₁·m + g          v ← β₂·v + g²
 *   p ← (1 − η·λ)·p − a·m / (√v + e)
 *
 * m and v are kept as exponential sums instead of averages (m/(1 − β₁), v/(1 − β₂) of the paper), which saves two passes
 * over memory; with the bias corrections that gives, at step t,
 *   b = √((1 − β₂)/(1 − β₂ᵗ)),  a = η·(1 − β₁)/(1 − β₁ᵗ)/b,  e = ε/b.
 */
export const adamw = defineOptimizer({
  name: 'adamw',
  options: {
    beta1: number({ default: 0.9, min: 0, max: longest, help: 'Memory of the mean gradient.' }),
    beta2: number({ default: 0.999, min: 0, max: longest, help: 'Memory of the mean squared gradient.' }),
    eps: number({ default: 1e-8, min: 1e-30, help: 'Keeps the division finite.' }),
    weightDecay: number({ default: 0.01, min: 0, max: 1, help: 'Decoupled decay λ of every parameter.' }),
  },
  slots: ['m', 'v'],
  scalars({ step, lr }, { beta1, beta2, eps, weightDecay }) {
    const b = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
    const a = (lr * (1 - beta1)) / (1 - beta1 ** step) / b;
    return { a, e: eps / b, keep: 1 - lr * weightDecay };
  },
  update({ p, g, slots: { m, v }, scalars: { a, e, keep } }, { beta1, beta2, weightDecay }) {
    const mNext = add(mul(m, beta1), g);
    const vNext = add(mul(v, beta2), square(g));
    const change = mul(div(mNext, add(sqrt(vNext), e)), a);
    const kept = weightDecay === 0 ? p : mul(p, keep);
    return { p: sub(kept, change), slots: { m: mNext, v: vNext } };
  },
});
