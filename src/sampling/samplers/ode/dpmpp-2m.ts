import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver++ (2M): exponential integrator with D extrapolated linearly in λ = ln(α/σ).
 *
 *   x′ = (σ′/σ)·x + α′·(1 − e^{−h})·D̃,     h = λ′ − λ
 *   D̃  = D + (D − D_prev)·h / (2·h_prev)
 *
 * Lu et al. 2022, arXiv:2211.01095, Algorithm 2. The first step and the one to σ′ = 0 use D itself.
 */
export const dpmpp2m = defineSampler({
  name: 'dpmpp-2m',
  order: 2,
  evaluations: 1,
  memory: 1,
  options: {},
  async step({ x, from, to, history: [past], denoise, lincomb }) {
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma;
    const c = to.alpha - from.alpha * r; // α′·(1 − e^{−h})
    if (!past || to.sigma === 0) return { x: lincomb([r, x], [c, denoised]), denoised };

    const lambda = Math.log(from.alpha / from.sigma);
    const h = Math.log(to.alpha / to.sigma) - lambda;
    const hPast = lambda - Math.log(past.level.alpha / past.level.sigma);
    const w = h / (2 * hPast);
    const extrapolated = lincomb([1 + w, denoised], [-w, past.denoised]);
    return { x: lincomb([r, x], [c, extrapolated]), denoised };
  },
});
