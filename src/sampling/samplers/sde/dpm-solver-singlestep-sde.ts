import { choice, flag, integer } from '../../../core/options.js';
import { dpmGrouped } from '../../rules/dpm-grouped.js';
import { formOption } from '../../rules/dpm-options.js';
import { etaOption, strongOrder } from '../../rules/dpm-sde-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * Single-step SDE-DPM-Solver++ on the levels of the walk: `dpm-solver-singlestep` with the noise of the reverse SDE.
 *
 *   x′ = (σ′/σ)·e^{−ηh}·x + α′·(I₀(z)·D + I₁(z)·D₁ + …) + σ′·√(1 − e^{−2ηh})·noise,   z = (1 + η)·h
 *
 * h reaches from the start of the group of `order` steps, λ = ln(α/σ). Lu et al. 2022, arXiv:2211.01095, Section 6;
 * diffusers' DPMSolverSinglestepScheduler with algorithm_type `sde-dpmsolver++`, but for the noise: there each step of a
 * group draws afresh, here all lie on one Brownian motion. Steps to σ′ = 0 use D itself.
 */
export const dpmSolverSinglestepSde = defineSampler({
  name: 'dpm-solver-singlestep-sde',
  order: 1,
  evaluations: 1,
  memory: 2,
  exempt: strongOrder,
  options: {
    order: integer({ default: 2, min: 1, max: 3, help: 'Steps in a group.' }),
    eta: etaOption,
    form: formOption,
    curvature: choice(['exact', 'shifted'], {
      default: 'exact',
      help: 'Groups of three, heun form: weight of the second derivative, exact or as diffusers has it.',
    }),
    lowerOrderFinal: flag({ help: 'Ends with a step of order 1 and leaves no group unfinished.' }),
  },
  step: (at, { order, ...rest }) => dpmGrouped(at, { order: order as 1 | 2 | 3, of: 'data', ...rest }),
});
