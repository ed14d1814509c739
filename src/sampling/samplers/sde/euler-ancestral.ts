import { ancestralOptions, split } from '../../rules/ancestral.js';
import { moveInSigma, slopeInSigma, stepwise } from '../../rules/in-sigma.js';
import { defineSampler } from '../../sampler.js';

/**
 * Euler down to σ_down, then fresh noise of size σ_up, with σ_down² + σ_up² = σ′².
 *
 *   σ_up = η·σ′·√(1 − SNR/SNR′)
 *   x′   = (σ_down/σ)·x + (α′ − α·σ_down/σ)·D + σ_up·noise
 *
 * With α = 1, σ_up² = η²·σ′²·(σ² − σ′²)/σ², as in k-diffusion; at η = 1 the variance of the reverse Markov chain,
 * Song et al. 2021, arXiv:2011.13456, Appendix F.
 */
export const eulerAncestral = defineSampler({
  name: 'euler-ancestral',
  order: 0.5,
  evaluations: 1,
  memory: 0,
  options: ancestralOptions,
  async step({ x, from, to, denoise, lincomb, noise }, options) {
    const denoised = await denoise(x, from);
    const { down, up } = split({ from, to, ...options });
    if (stepwise(options, from, to)) {
      const slope = slopeInSigma({ x, denoised, sigma: from.sigma, lincomb });
      const walked = moveInSigma({ x, slope, from: from.sigma, to: down.sigma, lincomb });
      return { x: up === 0 ? walked : lincomb([1, walked], [up, noise('ancestral')]), denoised };
    }
    const r = down.sigma / from.sigma;
    const c = down.alpha - from.alpha * r;
    if (up === 0) return { x: lincomb([r, x], [c, denoised]), denoised };
    return { x: lincomb([r, x], [c, denoised], [up, noise('ancestral')]), denoised };
  },
});
