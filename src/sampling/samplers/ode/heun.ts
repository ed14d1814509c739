import { churned, churnOptions } from '../../churn.js';
import { defineSampler } from '../../sampler.js';

/**
 * Trapezoidal rule on the probability-flow ODE dx = D·dα + n·dσ.
 *
 *   n  = (x − α·D)/σ
 *   x̃  = x + Δα·D + Δσ·n                       Δα = α′ − α,  Δσ = σ′ − σ
 *   ñ  = (x̃ − α′·D̃)/σ′,                        D̃ = D(x̃; α′, σ′)
 *   x′ = x + Δα·(D + D̃)/2 + Δσ·(n + ñ)/2
 *
 * At σ′ = 0 the noise is undefined and x̃ is the answer.
 * Karras et al. 2022, arXiv:2206.00364, Algorithm 1 is the case α = 1, where n = dx/dσ; with S_churn above 0 it is
 * Algorithm 2, which raises the noise of x before every step.
 */
export const heun = defineSampler({
  name: 'heun',
  order: 2,
  evaluations: 2,
  memory: 0,
  options: churnOptions,
  async step(at, options) {
    const { to, denoise, lincomb } = at;
    const { x, level: from } = churned(at, options);
    const [deltaAlpha, deltaSigma] = [to.alpha - from.alpha, to.sigma - from.sigma];
    const denoised = await denoise(x, from);
    const n = lincomb([1 / from.sigma, x], [-from.alpha / from.sigma, denoised]);
    const predicted = lincomb([1, x], [deltaAlpha, denoised], [deltaSigma, n]);
    if (to.sigma === 0) return { x: predicted, denoised };

    const denoisedNext = await denoise(predicted, to);
    const nNext = lincomb([1 / to.sigma, predicted], [-to.alpha / to.sigma, denoisedNext]);
    const [a, s] = [deltaAlpha / 2, deltaSigma / 2];
    return { x: lincomb([1, x], [a, denoised], [a, denoisedNext], [s, n], [s, nNext]), denoised };
  },
});
