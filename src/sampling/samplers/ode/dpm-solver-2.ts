import { number } from '../../../core/options.js';
import { dpmSinglestep } from '../../rules/dpm-singlestep.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver-2: exponential integrator that takes the noise n = (x − α·D)/σ again inside the interval.
 *
 *   s  = the level at λ + r·h,       λ = ln(α/σ),  h = λ′ − λ
 *   u  = (α_s/α)·x − σ_s·(e^{rh} − 1)·n
 *   x′ = (α′/α)·x − σ′·(e^h − 1)·(n + (n(u; s) − n)/(2r))
 *
 * Lu et al. 2022, arXiv:2206.00927, Algorithm 1 (r = 1/2). The step to σ′ = 0 uses D itself.
 *
 * For unguided models in few steps; with guidance the forms that hold D (`dpmpp-2s`) are steadier.
 */
export const dpmSolver2 = defineSampler({
  name: 'dpm-solver-2',
  order: 2,
  evaluations: 2,
  memory: 0,
  options: {
    r: number({ default: 0.5, min: 0.01, max: 1, help: 'Where in the interval n is taken again, as a fraction in λ.' }),
  },
  step: (at, { r }) => dpmSinglestep(at, { order: 2, of: 'noise', eta: 0, r }),
});
