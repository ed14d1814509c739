import { number } from '../../core/options.js';
import { rootRampBetas, rootRampCurves } from '../root-ramp.js';
import { defineSchedule } from '../schedule.js';

/**
 * √β rises linearly from step to step: the schedule of latent diffusion.
 *
 *   α²(t) = exp(−B(t)),   B(t) = 1000·(β₀·t + √β₀·d·t² + d²·t³/3),   d = √β₁ − √β₀
 *
 * Rombach et al. 2022, arXiv:2112.10752 (their released code; the paper says "linear"). `quadratic` is the same formula
 * with the ends of DDPM.
 *
 * @example
 * import { scaledLinear } from 'langevin/diffusion';
 * scaledLinear({ betaStart: 0.01, betaEnd: 0.09 }).betas(3)[1]; // → 0.04
 */
export const scaledLinear = defineSchedule({
  name: 'scaled-linear',
  kind: 'variance-preserving',
  options: {
    betaStart: number({ default: 0.00085, min: 0, max: 1, help: 'Noise variance added by the first training step.' }),
    betaEnd: number({ default: 0.012, min: 0, max: 1, help: 'Noise variance added by the last training step.' }),
  },
  curves: rootRampCurves,
  betas: rootRampBetas,
});
