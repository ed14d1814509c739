import { choice } from '../../../core/options.js';
import { posterior, posteriorFloat32 } from '../../../diffusion/processes/posterior.js';
import { defineSampler } from '../../sampler.js';

/**
 * Ancestral sampling: a draw from the posterior q(x_s | x_t, x₀) with D in the place of x₀.
 *
 *   x′ = μ(x, D) + s·noise
 *   small: s² = σ²_{t|s}·σ_s²/σ_t²  (β̃: exact when the data is one point)
 *   large: s² = σ²_{t|s}            (β: exact when the data is unit Gaussian)
 *
 * Ho et al. 2020, arXiv:2006.11239, Algorithm 2 and Section 3.2. A step to σ′ = 0 adds no noise.
 */
export const ddpm = defineSampler({
  name: 'ddpm',
  order: 0.5,
  evaluations: 1,
  memory: 0,
  options: {
    variance: choice(['small', 'large'], {
      default: 'small',
      help: 'Variance of a step: the lower or the upper bound.',
    }),
    arithmetic: choice(['float64', 'float32'], {
      default: 'float64',
      help: 'Precision of the coefficients; float32 agrees with torch programs to the last digits.',
    }),
  },
  async step({ x, from, to, denoise, lincomb, noise }, { variance, arithmetic }) {
    const denoised = await denoise(x, from);
    const mean = arithmetic === 'float64' ? posterior(from, to) : posteriorFloat32(from, to);
    if (to.sigma === 0) return { x: lincomb([mean.x, x], [mean.clean, denoised]), denoised };

    const s = variance === 'small' ? mean.sigma : mean.sigmaLarge;
    return { x: lincomb([mean.x, x], [mean.clean, denoised], [s, noise('ancestral')]), denoised };
  },
});
