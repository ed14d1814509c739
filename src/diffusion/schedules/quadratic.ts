import { number } from '../../core/options.js';
import { rootRampBetas, rootRampCurves } from '../root-ramp.js';
import { defineSchedule } from '../schedule.js';

/**
 * β rises as the square of a straight line: less noise in the first steps than `linear` between the same ends.
 *
 *   β_i = (√β₀ + (√β₁ − √β₀)·i/(N − 1))²
 *
 * Ho et al. 2020, arXiv:2006.11239 (their released code, "quad"); the continuous limit is that of `scaled-linear`.
 *
 * @example
 * import { quadratic } from 'langevin/diffusion';
 * quadratic({ betaStart: 0.01, betaEnd: 0.09 }).betas(3); // → [0.01, 0.04, 0.09]
 */
export const quadratic = defineSchedule({
  name: 'quadratic',
  kind: 'variance-preserving',
  options: {
    betaStart: number({ default: 0.0001, min: 0, max: 1, help: 'Noise variance added by the first training step.' }),
    betaEnd: number({ default: 0.02, min: 0, max: 1, help: 'Noise variance added by the last training step.' }),
  },
  curves: rootRampCurves,
  betas: rootRampBetas,
});
