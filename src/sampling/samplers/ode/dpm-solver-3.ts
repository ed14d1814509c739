import { dpmSinglestep } from '../../rules/dpm-singlestep.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver-3: exponential integrator that takes the noise n = (x − α·D)/σ twice again, at a third and two thirds of
 * the interval in λ = ln(α/σ). With r = 1/3 and h = λ′ − λ:
 *
 *   u₁ = (α₁/α)·x − σ₁·(e^{rh} − 1)·n
 *   u₂ = (α₂/α)·x − σ₂·(e^{2rh} − 1)·n − 2σ₂·((e^{2rh} − 1)/(2rh) − 1)·(n(u₁) − n)
 *   x′ = (α′/α)·x − σ′·(e^h − 1)·n − (σ′/(2r))·((e^h − 1)/h − 1)·(n(u₂) − n)
 *
 * Lu et al. 2022, arXiv:2206.00927, Algorithm 2. The step to σ′ = 0 uses D itself.
 *
 * For unguided models when the answer of the ODE itself is wanted, as for encoding.
 */
export const dpmSolver3 = defineSampler({
  name: 'dpm-solver-3',
  order: 3,
  evaluations: 3,
  memory: 0,
  options: {},
  step: (at) => dpmSinglestep(at, { order: 3, of: 'noise', eta: 0, r: 1 / 3 }),
});
