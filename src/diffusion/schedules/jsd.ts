import { defineSchedule } from '../schedule.js';

/**
 * Every step takes away the same amount of the signal's variance: β_i = 1/(N − i), hence exactly
 *
 *   α²(t) = 1 − t,   σ²(t) = t
 *
 * Sohl-Dickstein et al. 2015, arXiv:1503.03585, Section 2.4.1, where it is the schedule of the binomial diffusion; "jsd"
 * in the code of Ho et al. 2020, arXiv:2006.11239. It ends in pure noise.
 *
 * @example
 * import { jsd } from 'langevin/diffusion';
 * jsd().betas(4)[3]; // → 1
 * jsd().alpha(0.75); // → 0.5
 */
export const jsd = defineSchedule({
  name: 'jsd',
  kind: 'variance-preserving',
  options: {},
  curves: () => ({
    alpha: (t) => Math.sqrt(1 - t),
    sigma: (t) => Math.sqrt(t),
    logSnr: (t) => Math.log1p(-t) - Math.log(t),
    drift: (t) => -1 / (2 * (1 - t)),
  }),
  betas: (count) => Array.from({ length: count }, (_, i) => 1 / (count - i)),
});
