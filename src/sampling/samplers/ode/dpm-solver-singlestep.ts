import { choice, flag, integer } from '../../../core/options.js';
import { dpmGrouped } from '../../rules/dpm-grouped.js';
import { formOption } from '../../rules/dpm-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * Single-step DPM-Solver or DPM-Solver++ on the levels of the walk: `order` steps make a group, and the last of them
 * crosses the whole group with all estimates made inside it.
 *
 *   data:   x′ = (σ′/σ)·x + α′·(I₀(h)·D + I₁(h)·D₁ + …)          h = λ′ − λ from the start of the group, λ = ln(α/σ)
 *   noise:  x′ = (α′/α)·x + σ′·(I₀(−h)·n + I₁(−h)·n₁ + …)
 *
 * D₁ is the slope from the start of the group to its latest level; `form: 'heun'` also uses the curvature in groups of
 * three. Lu et al. 2022, arXiv:2206.00927, Section 3.4, and arXiv:2211.01095, Algorithm 1; what diffusers'
 * DPMSolverSinglestepScheduler computes. Steps from pure noise and to σ′ = 0 use D itself.
 *
 * Takes as many calls of the network as `dpmpp-2m` and is less exact for them; here for the models that were tuned to it.
 */
export const dpmSolverSinglestep = defineSampler({
  name: 'dpm-solver-singlestep',
  order: 2,
  evaluations: 1,
  memory: 2,
  options: {
    order: integer({ default: 2, min: 1, max: 3, help: 'Steps in a group, and its order of convergence.' }),
    of: choice(['data', 'noise'], { default: 'data', help: 'What varies slowly: D (DPM-Solver++) or the noise.' }),
    form: formOption,
    lowerOrderFinal: flag({ help: 'Ends with a step of order 1 and leaves no group unfinished.' }),
  },
  step: (at, { order, ...rest }) => dpmGrouped(at, { order: order as 1 | 2 | 3, eta: 0, curvature: 'exact', ...rest }),
});
