import { number } from '../../core/options.js';
import { rateCurves } from '../rate-curves.js';
import { defineSchedule } from '../schedule.js';

/** Keeps the logarithm finite at both ends; diffusers' value. */
const tiny = 1e-6;

/**
 * Log-SNRs distributed as Laplace's double exponential, most of them near μ, where training gains most.
 *
 *   ℓ(t) = μ − b·sgn(½ − t)·ln((1 − 2·|t − ½| + ε)/(1 + ε)),   ᾱ(t) = (1 + e^{−ℓ(t)})^{−p},   α²(t) = ᾱ(t)/ᾱ(0)
 *
 * Hang et al. 2024, arXiv:2407.03297, Table 1, with p = 1, whose ℓ is the log-SNR; ε = 10⁻⁶ keeps it finite.
 * `beta_schedule: "laplace"` of diffusers takes the square root, p = ½, and its β are the defaults here. They come of ℓ
 * without the division by 1 + ε, which makes a jump of 10⁻⁶ at t = ½.
 *
 * @example
 * import { laplace } from 'langevin/diffusion';
 * const { alpha } = laplace({ power: 1 });
 * Math.abs(alpha(0.5) ** 2 - 0.5) < 0.001; // → true
 */
export const laplace = defineSchedule({
  name: 'laplace',
  kind: 'variance-preserving',
  options: {
    mean: number({ default: 0, min: -20, max: 20, help: 'μ: the log-SNR that is most frequent.' }),
    scale: number({ default: 0.5, min: 0.05, max: 5, help: 'b: how far log-SNRs spread around it.' }),
    power: number({ default: 0.5, min: 0.1, max: 2, help: 'p: 1 as in the paper, 0.5 as in diffusers.' }),
  },
  curves({ mean, scale, power }) {
    const l = (t: number): number => mean - (t <= 0.5 ? scale : -scale) * Math.log(room(t) / (1 + tiny));
    const slope = (t: number): number => (-2 * scale) / room(t); // ℓ′
    const start = softplus(-l(0));
    return rateCurves({
      rate: (t) => -slope(t) * power * logistic(-l(t)), // −d ln ᾱ/dt
      total: (t) => power * (softplus(-l(t)) - start),
    });
  },
  betas(count, { mean, scale, power }) {
    const l = (t: number): number => mean - (t <= 0.5 ? scale : -scale) * Math.log(room(t));
    const total = (i: number): number => power * softplus(-l(i / count)); // −ln ᾱ
    return Array.from({ length: count }, (_, i) => Math.min(-Math.expm1(total(i) - total(i + 1)), 0.999));
  },
});

const room = (t: number): number => 1 - 2 * Math.abs(t - 0.5) + tiny;
const logistic = (u: number): number => 1 / (1 + Math.exp(-u));
const softplus = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
