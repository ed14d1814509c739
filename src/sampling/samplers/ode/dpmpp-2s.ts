import { number } from '../../../core/options.js';
import { dpmSinglestep } from '../../rules/dpm-singlestep.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver++ (2S): exponential integrator that takes D again inside the interval.
 *
 *   s  = the level at λ + r·h,       λ = ln(α/σ),  h = λ′ − λ
 *   u  = (σ_s/σ)·x + α_s·(1 − e^{−rh})·D
 *   x′ = (σ′/σ)·x + α′·(1 − e^{−h})·((1 − 1/(2r))·D + D(u; s)/(2r))
 *
 * Lu et al. 2022, arXiv:2211.01095, Algorithm 1. The step to σ′ = 0 uses D itself.
 *
 * Needs no past, so it suits short walks that start in the middle, as in editing; per call of the network
 * `dpmpp-2m` goes further.
 */
export const dpmpp2s = defineSampler({
  name: 'dpmpp-2s',
  order: 2,
  evaluations: 2,
  memory: 0,
  options: {
    r: number({ default: 0.5, min: 0.01, max: 1, help: 'Where in the interval D is taken again, as a fraction in λ.' }),
  },
  step: (at, { r }) => dpmSinglestep(at, { order: 2, of: 'data', eta: 0, r }),
});
