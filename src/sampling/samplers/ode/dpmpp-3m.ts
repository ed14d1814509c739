import { choice } from '../../../core/options.js';
import { dpmMultistep, endingOptions } from '../../rules/dpm-multistep.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver++ (3M): exponential integrator with D extrapolated by a parabola in λ = ln(α/σ) through three estimates.
 *
 *   x′ = (σ′/σ)·x + α′·(I₀·D + I₁·D₁ + I₂·D₂),   I₀ = 1 − e^{−h},  I_k = 1 − (k/h)·I_{k−1},  h = λ′ − λ
 *   D₂ = (a − b)/(r₀ + r₁),   D₁ = a + r₀·D₂,   a = (D − D₋₁)/r₀,   b = (D₋₁ − D₋₂)/r₁,   r_i = h_i/h
 *
 * Lu et al. 2022, arXiv:2211.01095, Appendix B; k-diffusion `sample_dpmpp_3m_sde` with η = 0. The first two steps and
 * the one to σ′ = 0 are of lower order.
 *
 * The authors' program, k-diffusion and diffusers weigh D₂ by I₂/2. That is second order, with a small constant; `half`
 * computes what they do. `exact` integrates the parabola and is third order.
 *
 * For unguided models and more than about 15 steps; strong guidance makes D too rough for it.
 */
export const dpmpp3m = defineSampler({
  name: 'dpmpp-3m',
  order: 3,
  evaluations: 1,
  memory: 2,
  options: {
    curvature: choice(['exact', 'half'], {
      default: 'exact',
      help: 'Weight of the second derivative: its integral, or half of it as in other programs.',
    }),
    ...endingOptions,
  },
  step: (at, options) => dpmMultistep(at, { order: 3, of: 'data', eta: 0, form: 'midpoint', ...options }),
});
