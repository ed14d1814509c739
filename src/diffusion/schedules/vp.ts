import { number } from '../../core/options.js';
import { rateCurves } from '../rate-curves.js';
import { defineSchedule } from '../schedule.js';

/**
 * The variance-preserving SDE, dx = −½·β(t)·x dt + √β(t) dw, with a rate that rises linearly.
 *
 *   β(t) = β_min + t·(β_max − β_min),   α²(t) = exp(−β_min·t − (β_max − β_min)·t²/2)
 *
 * Song et al. 2021, arXiv:2011.13456, Equations 11 and 32. In continuous time it is `linear`; cut into a chain it ends at
 * the same level however many steps there are.
 *
 * @example
 * import { vp } from 'langevin/diffusion';
 * vp().beta(0.5); // → 10.05
 */
export const vp = defineSchedule({
  name: 'vp',
  kind: 'variance-preserving',
  options: {
    betaMin: number({ default: 0.1, min: 0, max: 1000, help: 'Rate at the data.' }),
    betaMax: number({ default: 20, min: 0.001, max: 1000, help: 'Rate at the end.' }),
  },
  curves: ({ betaMin, betaMax }) =>
    rateCurves({
      rate: (t) => betaMin + t * (betaMax - betaMin),
      total: (t) => betaMin * t + ((betaMax - betaMin) * t ** 2) / 2,
    }),
});
