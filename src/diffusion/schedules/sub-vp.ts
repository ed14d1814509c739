import { number } from '../../core/options.js';
import { defineSchedule } from '../schedule.js';

/**
 * The sub-variance-preserving SDE: the signal of `vp` with less noise at every time, σ = 1 − α² instead of √(1 − α²).
 *
 *   dx = −½·β(t)·x dt + √(β(t)·(1 − e^{−2B(t)})) dw,   α² = e^{−B},   σ = 1 − e^{−B},   B(t) = ∫₀ᵗ β
 *
 * Song et al. 2021, arXiv:2011.13456, Equations 12 and 29, where it gave the best likelihoods.
 *
 * @example
 * import { subVp } from 'langevin/diffusion';
 * const { alpha, sigma } = subVp().level(0.3);
 * alpha ** 2 + sigma; // → 1
 */
export const subVp = defineSchedule({
  name: 'sub-vp',
  kind: 'sub-variance-preserving',
  options: {
    betaMin: number({ default: 0.1, min: 0, max: 1000, help: 'Rate at the data.' }),
    betaMax: number({ default: 20, min: 0.001, max: 1000, help: 'Rate at the end.' }),
  },
  curves({ betaMin, betaMax }) {
    const rate = (t: number): number => betaMin + t * (betaMax - betaMin);
    const total = (t: number): number => betaMin * t + ((betaMax - betaMin) * t ** 2) / 2;
    return {
      alpha: (t) => Math.exp(-total(t) / 2),
      sigma: (t) => -Math.expm1(-total(t)),
      logSnr: (t) => -total(t) - 2 * Math.log(-Math.expm1(-total(t))),
      drift: (t) => -rate(t) / 2,
    };
  },
});
