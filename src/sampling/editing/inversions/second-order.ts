import { reversed } from '../../levels/reversed.js';
import { dpmSolverInverse } from '../../samplers/ode/dpm-solver-inverse.js';
import { dpmpp2m } from '../../samplers/ode/dpmpp-2m.js';
import { defineInversion } from './inversion.js';
import { upwards } from './upwards.js';

/**
 * Inversion of second order: DPM-Solver++ (2M) up the same levels that DPM-Solver++ (2M) walks down. The way there and
 * back misses by O(h²), at one denoiser call a step.
 *
 *   x′ = (σ′/σ)·x + α′·(1 − e^{−h})·(D + (h/2h₀)·(D − D_prev)),   h = λ′ − λ,  λ = ln(α/σ)
 *
 * where h is negative on the way up. Lu et al. 2022, arXiv:2211.01095, Algorithm 2, read in both directions. The walk
 * up is the sampler `dpm-solver-inverse`, the walk back `dpmpp-2m`; each looks back at one estimate of its own, so the
 * first step of each is of order 1 and decides the error of both together.
 *
 * Guidance is refused for the reason `ddim` gives: a curved path is missed by more.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { invertAll, karrasSteps, sample, secondOrderInversion } from 'langevin/sampling';
 * const space = batchSpace();
 * // of data ~ N(0, 1) the best denoiser is a formula
 * const denoise = async (x, { sigma }) => space.lincomb([1 / (1 + sigma ** 2), x]);
 * const steps = karrasSteps({ count: 200, sigmaMin: 0.02, sigmaMax: 10 });
 * const clean = floats([1, 1], [0.5]);
 * const { walk } = await invertAll(secondOrderInversion(), { denoise, clean, steps, space, key: key(0) });
 * const back = await sample({ ...walk, denoise, space, key: key(0) });
 * back.data[0].toFixed(2); // → '0.50'
 */
export const secondOrderInversion = defineInversion({
  name: 'second-order',
  order: 2,
  evaluations: 1,
  refusesGuidance:
    'its error grows with the bend of the path, which guidance makes sharper. Invert at scale 1 and guide the way back, or take fixed-point or edit-friendly',
  refusesClean: null,
  options: {},
  sampler: () => dpmpp2m(),
  invert: (task) => upwards(task, { sampler: dpmSolverInverse({ order: 2 }), steps: reversed(task.steps) }),
});
