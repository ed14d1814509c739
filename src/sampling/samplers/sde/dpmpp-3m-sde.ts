import { choice } from '../../../core/options.js';
import { dpmMultistep, endingOptions } from '../../rules/dpm-multistep.js';
import { etaOption, strongOrder } from '../../rules/dpm-sde-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver++ (3M) on the reverse SDE: D extrapolated by a parabola in λ = ln(α/σ), the noise of the interval exact.
 *
 *   x′ = (σ′/σ)·e^{−ηh}·x + α′·(I₀(z)·D + I₁(z)·D₁ + I₂(z)·D₂) + σ′·√(1 − e^{−2ηh})·noise
 *   I₀(z) = 1 − e^{−z},  I_k(z) = 1 − (k/z)·I_{k−1}(z),     z = (1 + η)·h,  h = λ′ − λ
 *
 * with D₁ and D₂ as in `dpmpp-3m`. k-diffusion `sample_dpmpp_3m_sde`, which weighs D₂ by I₂/2 (`curvature: 'half'`);
 * `shifted` is what diffusers' sde-dpmsolver++ of order 3 computes, I₂/2 − 1. The first two steps and the one to
 * σ′ = 0 are of lower order.
 *
 * For 30 steps and more; below that `dpmpp-2m-sde` is steadier.
 */
export const dpmpp3mSde = defineSampler({
  name: 'dpmpp-3m-sde',
  order: 1,
  evaluations: 1,
  memory: 2,
  exempt: strongOrder,
  options: {
    eta: etaOption,
    curvature: choice(['exact', 'half', 'shifted'], {
      default: 'exact',
      help: 'Weight of the second derivative: its integral, half of it, or as diffusers has it.',
    }),
    ...endingOptions,
  },
  step: (at, options) => dpmMultistep(at, { order: 3, of: 'data', form: 'midpoint', ...options }),
});
