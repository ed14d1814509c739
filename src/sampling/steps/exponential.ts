import { ratioOptions } from '../levels/descent.js';
import { fractions, ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

/**
 * σ evenly spaced in its logarithm.
 *
 *   σ_i = σ_max·(σ_min/σ_max)^{i/(n − 1)}
 *
 * Every step divides the noise by the same number, so all scales of the picture get the same attention. Levels of
 * Song et al. 2021, arXiv:2011.13456, Equation 30; as a choice of steps in diffusers `use_exponential_sigmas`.
 */
export const exponential = defineSteps({
  name: 'exponential',
  options: ratioOptions,
  levels: ({ count, grid }, options) =>
    ratioSteps({
      who: 'exponential',
      grid,
      count,
      ...options,
      ratios: ({ min, max }) => fractions(count).map((u) => max * (min / max) ** u),
    }),
});
