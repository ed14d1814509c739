import { dpmMultistep, endingOptions } from '../../rules/dpm-multistep.js';
import { formOption } from '../../rules/dpm-options.js';
import { etaOption, strongOrder } from '../../rules/dpm-sde-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver++ (2M) on the reverse SDE: D extrapolated linearly in λ = ln(α/σ), the noise of the interval exact.
 *
 *   x′ = (σ′/σ)·e^{−ηh}·x + α′·(1 − e^{−z})·(D + D₁/2) + σ′·√(1 − e^{−2ηh})·noise
 *   D₁ = (D − D_prev)·h/h_prev,     h = λ′ − λ,  z = (1 + η)·h
 *
 * Lu et al. 2022, arXiv:2211.01095, Section 6; k-diffusion `sample_dpmpp_2m_sde`. The noise is ∫ e^{ηλ} dW of one
 * Brownian motion, so more steps approach one picture. `form: 'heun'` weighs D₁ by its own integral. The first step and
 * the one to σ′ = 0 use D itself.
 *
 * For pictures with more texture than `dpmpp-2m` gives, from about 20 steps on.
 */
export const dpmpp2mSde = defineSampler({
  name: 'dpmpp-2m-sde',
  order: 1,
  evaluations: 1,
  memory: 1,
  exempt: strongOrder,
  options: { eta: etaOption, form: formOption, ...endingOptions },
  step: (at, options) => dpmMultistep(at, { order: 2, of: 'data', curvature: 'exact', ...options }),
});
