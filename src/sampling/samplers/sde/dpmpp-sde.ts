import { number } from '../../../core/options.js';
import { etaOption, strongOrder } from '../../rules/dpm-sde-options.js';
import { dpmSinglestep } from '../../rules/dpm-singlestep.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver++ SDE: takes D again inside the interval, on the way of the reverse SDE, noise included.
 *
 *   s  = the level at λ + r·h,       λ = ln(α/σ),  h = λ′ − λ
 *   u  = (σ_s/σ)·e^{−ηrh}·x + α_s·(1 − e^{−(1+η)rh})·D + σ_s·√(1 − e^{−2ηrh})·noise(λ, λ_s)
 *   x′ = (σ′/σ)·e^{−ηh}·x + α′·(1 − e^{−(1+η)h})·((1 − 1/(2r))·D + D(u; s)/(2r)) + σ′·√(1 − e^{−2ηh})·noise(λ, λ′)
 *
 * k-diffusion `sample_dpmpp_sde`, diffusers' DPMSolverSDEScheduler; both noises come from one Brownian motion, so that
 * the inner one is part of the outer. The same as theirs at η = 1; other η mean the power of the noise here, as in
 * `dpmpp-2m-sde`. The step to σ′ = 0 uses D itself.
 *
 * Few, costly, good steps: about 10 give what ancestral samplers need 30 for.
 */
export const dpmppSde = defineSampler({
  name: 'dpmpp-sde',
  order: 1,
  evaluations: 2,
  memory: 0,
  exempt: strongOrder,
  options: {
    eta: etaOption,
    r: number({ default: 0.5, min: 0.01, max: 1, help: 'Where in the interval D is taken again, as a fraction in λ.' }),
  },
  step: (at, { eta, r }) => dpmSinglestep(at, { order: 2, of: 'data', eta, r }),
});
