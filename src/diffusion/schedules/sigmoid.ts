import { number } from '../../core/options.js';
import { chainLength, rateCurves } from '../rate-curves.js';
import { defineSchedule, ramp } from '../schedule.js';

/**
 * β rises along a logistic curve s(u) = 1/(1 + e^{−u}), u from −6 to 6.
 *
 *   β(t) = 1000·(β₀ + (β₁ − β₀)·s(12t − 6)),
 *   B(t) = 1000·(β₀·t + (β₁ − β₀)·(ln(1 + e^{12t−6}) − ln(1 + e^{−6}))/12)
 *
 * Xu et al. 2022 (GeoDiff), arXiv:2203.02923, and `beta_schedule: "sigmoid"` of diffusers. The schedule of Jabri et al.
 * with a logistic ᾱ is `sigmoid-alpha-bar`.
 *
 * @example
 * import { sigmoid } from 'langevin/diffusion';
 * sigmoid({ betaStart: 0, betaEnd: 0.02 }).betas(3)[1]; // → 0.01
 */
export const sigmoid = defineSchedule({
  name: 'sigmoid',
  kind: 'variance-preserving',
  options: {
    betaStart: number({ default: 0.0001, min: 0, max: 1, help: 'Noise variance that β rises from.' }),
    betaEnd: number({ default: 0.02, min: 0, max: 1, help: 'Noise variance that β rises to.' }),
  },
  curves({ betaStart, betaEnd }) {
    const d = betaEnd - betaStart;
    const softplus = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
    const area = (t: number): number => (softplus(12 * t - 6) - softplus(-6)) / 12;
    return rateCurves({
      rate: (t) => chainLength * (betaStart + d * logistic(12 * t - 6)),
      total: (t) => chainLength * (betaStart * t + d * area(t)),
    });
  },
  betas: (count, { betaStart, betaEnd }) =>
    ramp({ first: -6, last: 6, count }).map((u) => betaStart + (betaEnd - betaStart) * logistic(u)),
});

const logistic = (u: number): number => 1 / (1 + Math.exp(-u));
