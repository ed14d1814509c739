import { defineSampler } from '../../sampler.js';

/**
 * Euler's rule on the probability-flow ODE, whose clean value and noise are held for the interval.
 *
 *   n  = (x − α·D)/σ
 *   x′ = x + (α′ − α)·D + (σ′ − σ)·n
 *
 * With α = 1 it is x + (σ′ − σ)·dx/dσ: Karras et al. 2022, arXiv:2206.00364, Algorithm 1 without its correction.
 */
export const euler = defineSampler({
  name: 'euler',
  order: 1,
  evaluations: 1,
  memory: 0,
  options: {},
  async step({ x, from, to, denoise, lincomb }) {
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma; // x′ collected: (σ′/σ)·x + (α′ − α·σ′/σ)·D
    return { x: lincomb([r, x], [to.alpha - from.alpha * r, denoised]), denoised };
  },
});
