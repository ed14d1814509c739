import { choice, integer } from '../../../core/options.js';
import { dpmMultistep, endingOptions } from '../../rules/dpm-multistep.js';
import { formOption } from '../../rules/dpm-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver(++) over several steps, from a picture up to its noise: the rule of `dpmpp-2m`, or that of
 * `dpm-solver-multistep`, on a walk where h = λ′ − λ is negative.
 *
 *   data:   x′ = (σ′/σ)·x + α′·(I₀(h)·D + I₁(h)·D₁ + …),    I₀(h) = 1 − e^{−h},  λ = ln(α/σ)
 *   noise:  x′ = (α′/α)·x + σ′·(I₀(−h)·n + I₁(−h)·n₁ + …),  n = (x − α·D)/σ
 *
 * Lu et al. 2022, arXiv:2211.01095, Algorithm 2 read upwards; diffusers' DPMSolverMultistepInverseScheduler. From the
 * level without noise, where n is unknown, the first step takes it from D at its own end: x′ = 2u − α′·D(u), u = (α′/α)·x.
 *
 * Walked down again with the same steps, the picture comes back with an error of the order of the rule: for editing by
 * inversion.
 */
export const dpmSolverInverse = defineSampler({
  name: 'dpm-solver-inverse',
  direction: 'up',
  order: 2,
  evaluations: 1,
  memory: 2,
  exempt: {
    constant: 'A walk up ends in noise and not on an answer.',
    'pure-noise': 'A walk up starts at a picture and not in noise.',
  },
  options: {
    order: integer({ default: 2, min: 1, max: 3, help: 'Order of convergence, and estimates looked at.' }),
    of: choice(['data', 'noise'], { default: 'data', help: 'What varies slowly: D (DPM-Solver++) or the noise.' }),
    form: formOption,
    curvature: choice(['exact', 'half'], {
      default: 'exact',
      help: 'Order 3: weight of the second derivative, its integral or half of it as in other programs.',
    }),
    ...endingOptions,
  },
  async step(at, { order, ...rest }) {
    const { x, from, to, denoise, lincomb } = at;
    if (from.sigma > 0) return dpmMultistep(at, { order: order as 1 | 2 | 3, eta: 0, ...rest });
    const u = lincomb([to.alpha / from.alpha, x]);
    const denoised = await denoise(u, to);
    return { x: lincomb([2, u], [-to.alpha, denoised]), denoised, past: { level: to, x: u, denoised } };
  },
});
