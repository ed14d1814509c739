import { churned, churnOptions } from '../../rules/churn.js';
import { arithmeticOption, moveInSigma, slopeInSigma, stepwise } from '../../rules/in-sigma.js';
import { defineSampler } from '../../sampler.js';

/**
 * Euler's rule on the probability-flow ODE, whose clean value and noise are held for the interval.
 *
 *   n  = (x − α·D)/σ
 *   x′ = x + (α′ − α)·D + (σ′ − σ)·n
 *
 * With α = 1 it is x + (σ′ − σ)·dx/dσ: Karras et al. 2022, arXiv:2206.00364, Algorithm 2 without its correction. With
 * S_churn above 0 the noise of x is raised before every step, and the walk is no longer deterministic.
 */
export const euler = defineSampler({
  name: 'euler',
  order: 1,
  evaluations: 1,
  memory: 0,
  options: { ...churnOptions, ...arithmeticOption },
  async step(at, options) {
    const { to, denoise, lincomb } = at;
    const { x, level } = churned(at, options);
    const denoised = await denoise(x, level);
    if (stepwise(options, level, to)) {
      const slope = slopeInSigma({ x, denoised, sigma: level.sigma, lincomb });
      return { x: moveInSigma({ x, slope, from: level.sigma, to: to.sigma, lincomb }), denoised };
    }
    const r = to.sigma / level.sigma; // x′ collected: (σ′/σ)·x + (α′ − α·σ′/σ)·D
    return { x: lincomb([r, x], [to.alpha - level.alpha * r, denoised]), denoised };
  },
});
