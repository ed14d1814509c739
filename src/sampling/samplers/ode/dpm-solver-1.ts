import { dpmSinglestep } from '../../rules/dpm-singlestep.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver-1: exponential integrator with the noise n = (x − α·D)/σ held.
 *
 *   x′ = (α′/α)·x − σ′·(e^h − 1)·n,     h = λ′ − λ,  λ = ln(α/σ)
 *
 * Lu et al. 2022, arXiv:2206.00927, Equation 3.7. It is DDIM with η = 0, and Euler's rule, in another notation: the
 * start of the family, here to compare with.
 */
export const dpmSolver1 = defineSampler({
  name: 'dpm-solver-1',
  order: 1,
  evaluations: 1,
  memory: 0,
  options: {},
  step: (at) => dpmSinglestep(at, { order: 1, of: 'noise', eta: 0, r: 1 }),
});
