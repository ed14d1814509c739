import { number } from '../../core/options.js';
import { ratioOptions } from '../levels/descent.js';
import { fractions, ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

/**
 * σ spaced in a power of the logarithm's progress.
 *
 *   ln σ_i = ln σ_min + (1 − i/(n − 1))^ρ·(ln σ_max − ln σ_min)
 *
 * ρ = 1 is `exponential`; a larger ρ puts more levels at little noise, a smaller one at much. After the sampler
 * collection k-diffusion (`get_sigmas_polyexponential`); there is no paper.
 */
export const polyexponential = defineSteps({
  name: 'polyexponential',
  options: {
    rho: number({ default: 1, min: 0.01, max: 100, help: 'The power; 1 spaces ln σ evenly.' }),
    ...ratioOptions,
  },
  levels: ({ count, grid }, { rho, ...options }) =>
    ratioSteps({
      who: 'polyexponential',
      grid,
      count,
      ...options,
      ratios: ({ min, max }) => fractions(count).map((u) => min * (max / min) ** ((1 - u) ** rho)),
    }),
});
