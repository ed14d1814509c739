import { integer } from '../../../core/options.js';
import { dpmMultistep, endingOptions } from '../../rules/dpm-multistep.js';
import { formOption } from '../../rules/dpm-options.js';
import { etaOption, strongOrder } from '../../rules/dpm-sde-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * SDE-DPM-Solver, not ++: the reverse SDE with the noise n = (x − α·D)/σ extrapolated in λ = ln(α/σ).
 *
 *   x′ = (α′/α)·x − (1 + η)·σ′·(e^h − 1)·(n + n₁/2) + σ′·√(η·(e^{2h} − 1))·noise
 *   n₁ = (n − n_prev)·h/h_prev,     h = λ′ − λ
 *
 * Lu et al. 2022, arXiv:2211.01095, Section 6; diffusers' algorithm_type `sde-dpmsolver`. The noise is ∫ e^{−λ} dW of
 * one Brownian motion: x is followed in units of α here, not of σ. Steps from pure noise and to σ′ = 0 use D itself.
 *
 * The size of its noise grows without bound in long steps: for many steps only. `dpmpp-2m-sde` is the better choice.
 */
export const dpmSolverMultistepSde = defineSampler({
  name: 'dpm-solver-multistep-sde',
  order: 1,
  evaluations: 1,
  memory: 1,
  exempt: strongOrder,
  options: {
    order: integer({ default: 2, min: 1, max: 2, help: 'Estimates looked at, this one included.' }),
    eta: etaOption,
    form: formOption,
    ...endingOptions,
  },
  step: (at, { order, ...rest }) =>
    dpmMultistep(at, { order: order as 1 | 2, of: 'noise', curvature: 'exact', ...rest }),
});
