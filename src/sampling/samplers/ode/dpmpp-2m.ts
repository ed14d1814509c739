import { dpmMultistep, endingOptions } from '../../rules/dpm-multistep.js';
import { formOption } from '../../rules/dpm-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver++ (2M): exponential integrator with D extrapolated linearly in λ = ln(α/σ).
 *
 *   x′ = (σ′/σ)·x + α′·(1 − e^{−h})·D̃,     h = λ′ − λ
 *   D̃  = D + (D − D_prev)·h / (2·h_prev)
 *
 * Lu et al. 2022, arXiv:2211.01095, Algorithm 2. The first step and the one to σ′ = 0 use D itself. `form: 'heun'`
 * weighs the slope by its own integral, 1 − (1 − e^{−h})/h, instead of half the weight of D.
 *
 * The usual choice for 15 to 30 steps of a guided model: second order for one call of the network per step.
 */
export const dpmpp2m = defineSampler({
  name: 'dpmpp-2m',
  order: 2,
  evaluations: 1,
  memory: 1,
  options: { form: formOption, ...endingOptions },
  step: (at, options) => dpmMultistep(at, { order: 2, of: 'data', eta: 0, curvature: 'exact', ...options }),
});
