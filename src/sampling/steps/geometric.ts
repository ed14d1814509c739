import { number } from '../../core/options.js';
import { ratioOptions } from '../levels/descent.js';
import { fractions, ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

/**
 * A geometric sequence of σ, the levels of noise-conditional score networks and annealed Langevin dynamics.
 *
 *   σ_{i+1} = γ·σ_i
 *
 * Song & Ermon 2019, arXiv:1907.05600, Section 4.2. γ follows from the bounds and the number of steps, or is given: then
 * the walk starts at σ_max and goes as far as it gets. Song & Ermon 2020, arXiv:2006.09011, Technique 2, choose γ so that
 * neighbouring levels overlap in D dimensions: Φ(√(2D)(γ′ − 1) + 3γ′) − Φ(√(2D)(γ′ − 1) − 3γ′) ≈ 0.5 with γ′ = 1/γ.
 */
export const geometric = defineSteps({
  name: 'geometric',
  options: {
    ratio: number({ default: null, min: 0.01, max: 0.9999, help: 'γ; from the bounds when not set.' }),
    ...ratioOptions,
  },
  levels: ({ count, grid }, { ratio, ...options }) =>
    ratioSteps({
      who: 'geometric',
      grid,
      count,
      ...options,
      ratios: ({ min, max }) =>
        fractions(count).map((u, i) => (ratio === null ? max * (min / max) ** u : max * ratio ** i)),
    }),
});
