import { churned, churnOptions } from '../../rules/churn.js';
import { arithmeticOption } from '../../rules/in-sigma.js';
import { midpoint } from '../../rules/midpoint.js';
import { defineSampler } from '../../sampler.js';

/**
 * Midpoint rule on the probability-flow ODE, with the middle of the step in ln σ.
 *
 *   x_m = x + (σ_m − σ)·n,     σ_m = √(σ·σ′)          (at α = 1)
 *   x′  = x + (σ′ − σ)·n_m,    n_m = (x_m − D(x_m; σ_m))/σ_m
 *
 * Karras et al. 2022, arXiv:2206.00364, Algorithm 2 with the midpoint for the trapezoid; the middle is the one of Lu et
 * al. 2022, arXiv:2206.00927, Algorithm 1 (hence the name in k-diffusion, `sample_dpm_2`). In general d(x/α) = n·d(σ/α)
 * is integrated. Two evaluations per step; the step to σ′ = 0 is Euler's.
 */
export const dpm2 = defineSampler({
  name: 'dpm2',
  order: 2,
  evaluations: 2,
  memory: 0,
  options: { ...churnOptions, ...arithmeticOption },
  step(at, options) {
    const { to, via, denoise, lincomb } = at;
    const { x, level: from } = churned(at, options);
    return midpoint({ x, from, to, via: via[0], denoise, lincomb, arithmetic: options.arithmetic });
  },
});
