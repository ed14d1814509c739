import { choice, number } from '../../core/options.js';
import { betaQuantile } from '../levels/beta-quantile.js';
import { levelAt, ratioOf, ratioOptions } from '../levels/descent.js';
import { fractions, ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Quantiles of a beta distribution: many steps at both ends, few in the middle.
 *
 *   i_k = (N − 1)·F⁻¹(1 − k/(n − 1); a, b)                      along the training index, as in the paper
 *   σ_k = σ_min + (σ_max − σ_min)·F⁻¹(1 − k/(n − 1); a, b)      along σ, as in diffusers (`use_beta_sigmas`)
 *
 * with F⁻¹ the inverse of the regularised incomplete beta function and a = b = 0.6. The network changes what it does
 * most near the two ends of the walk. Lee et al. 2024, arXiv:2407.12173, Section 4.
 */
export const beta = defineSteps({
  name: 'beta',
  options: {
    a: number({ default: 0.6, min: 0.01, max: 100, help: 'Less than 1 puts levels at little noise.' }),
    b: number({ default: 0.6, min: 0.01, max: 100, help: 'Less than 1 puts levels at much noise.' }),
    along: choice(['index', 'sigma'], {
      default: 'index',
      help: 'What the quantiles are of: the training index (bounds of sigma have no effect then), or sigma.',
    }),
    ...ratioOptions,
  },
  levels({ count, grid }, { a, b, along, ...options }) {
    const quantiles = fractions(count).map((u) => betaQuantile(1 - u, { a, b }));
    const { leastAlpha } = options;
    return ratioSteps({
      who: 'beta',
      grid,
      count,
      ...options,
      ratios: ({ min, max }) =>
        along === 'sigma'
          ? quantiles.map((quantile) => min + (max - min) * quantile)
          : quantiles.map((quantile) => ratioOf(levelAt({ grid, index: (grid.count - 1) * quantile, leastAlpha }))),
    });
  },
});
