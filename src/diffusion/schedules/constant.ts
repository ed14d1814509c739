import { number } from '../../core/options.js';
import { chainLength, rateCurves } from '../rate-curves.js';
import { defineSchedule } from '../schedule.js';

/**
 * The same β in every step.
 *
 *   α²(t) = exp(−1000·β·t)
 *
 * Ho et al. 2020, arXiv:2006.11239 (their released code, "const"). It is the Ornstein–Uhlenbeck process with its clock
 * left alone: the schedule to check a formula on. `exp` is the same curve, cut so that its end does not depend on N.
 *
 * @example
 * import { constant } from 'langevin/diffusion';
 * constant({ beta: 0.01 }).betas(2); // → [0.01, 0.01]
 */
export const constant = defineSchedule({
  name: 'constant',
  kind: 'variance-preserving',
  options: {
    beta: number({ default: 0.02, min: 0, max: 1, help: 'Noise variance added by every training step.' }),
  },
  curves: ({ beta }) => rateCurves({ rate: () => chainLength * beta, total: (t) => chainLength * beta * t }),
  betas: (count, { beta }) => Array.from({ length: count }, () => beta),
});
