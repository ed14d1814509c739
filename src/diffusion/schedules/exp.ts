import { number } from '../../core/options.js';
import { rateCurves } from '../rate-curves.js';
import { defineSchedule } from '../schedule.js';

/**
 * ᾱ falls exponentially, to the same end however many steps there are.
 *
 *   α²(t) = e^{−r·t},   β_i = 1 − e^{−r/N}
 *
 * `alpha_transform_type: "exp"` of diffusers, where r = 12. `constant` is the same curve with β given per step.
 *
 * @example
 * import { exp } from 'langevin/diffusion';
 * exp({ rate: 2 }).alpha(1); // → Math.exp(-1)
 */
export const exp = defineSchedule({
  name: 'exp',
  kind: 'variance-preserving',
  options: {
    rate: number({ default: 12, min: 0.01, max: 100, help: 'r: how often ᾱ falls by a factor e.' }),
  },
  curves: ({ rate }) => rateCurves({ rate: () => rate, total: (t) => rate * t }),
});
