import { number } from '../../core/options.js';
import { chainLength, rateCurves } from '../rate-curves.js';
import { defineSchedule, ramp } from '../schedule.js';

/**
 * β rises linearly from step to step. Ho et al. 2020, arXiv:2006.11239, Section 4.
 *
 *   β(t) = 1000·(β₀ + (β₁ − β₀)·t),   α²(t) = exp(−B(t)),   B(t) = 1000·(β₀·t + (β₁ − β₀)·t²/2)
 *
 * is its limit for many steps: Song et al. 2021, arXiv:2011.13456, Equation 33. The betas belong to a chain of 1000
 * steps and are not rescaled for shorter ones, so a chain of 100 steps ends at a higher signal.
 *
 * @example
 * import { linear } from 'langevin/diffusion';
 * linear().betas(3); // → [0.0001, 0.01005, 0.02]
 */
export const linear = defineSchedule({
  name: 'linear',
  kind: 'variance-preserving',
  options: {
    betaStart: number({ default: 0.0001, min: 0, max: 1, help: 'Noise variance added by the first training step.' }),
    betaEnd: number({ default: 0.02, min: 0, max: 1, help: 'Noise variance added by the last training step.' }),
  },
  curves: ({ betaStart, betaEnd }) =>
    rateCurves({
      rate: (t) => chainLength * (betaStart + (betaEnd - betaStart) * t),
      total: (t) => chainLength * (betaStart * t + ((betaEnd - betaStart) * t ** 2) / 2),
    }),
  betas: (count, { betaStart, betaEnd }) => ramp({ first: betaStart, last: betaEnd, count }),
});
