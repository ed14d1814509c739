import { churned, churnOptions } from '../../rules/churn.js';
import { arithmeticOption, moveInSigma, slopeInSigma, stepwise } from '../../rules/in-sigma.js';
import { defineSampler, type Step, type StepResult } from '../../sampler.js';

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
  options: { ...churnOptions, ...arithmeticOption },
  async step(at, options) {
    const { to, denoise, lincomb } = at;
    const { x, level: from } = churned(at, options);
    if (stepwise(options, from, to)) return inSigma({ x, from, to, denoise, lincomb });
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

/** The same at α = 1, operation by operation. */
async function inSigma<X>({ x, from, to, denoise, lincomb }: Pick<Step<X>, Parts>): Promise<StepResult<X>> {
  const denoised = await denoise(x, from);
  const way = { from: from.sigma, to: to.sigma, lincomb };
  const slope = slopeInSigma({ x, denoised, sigma: from.sigma, lincomb });
  const predicted = moveInSigma({ x, slope, ...way });
  if (to.sigma === 0) return { x: predicted, denoised };

  const next = await denoise(predicted, to);
  const slopeNext = slopeInSigma({ x: predicted, denoised: next, sigma: to.sigma, lincomb });
  const mean = lincomb([0.5, lincomb([1, slope], [1, slopeNext])]);
  return { x: moveInSigma({ x, slope: mean, ...way }), denoised };
}

type Parts = 'x' | 'from' | 'to' | 'denoise' | 'lincomb';
