import { choice, number } from '../../../core/options.js';
import { posterior } from '../../../diffusion/processes/posterior.js';
import { defineSampler } from '../../sampler.js';

/**
 * Denoising diffusion implicit models: one family from a deterministic walk to the ancestral one.
 *
 *   x′ = α′·D + √(σ′² − s²)·n + s·noise,     n = (x − α·D)/σ
 *   s  = η·(standard deviation of q(x_s | x_t, x₀))
 *
 * Song et al. 2020, arXiv:2010.02502, Equations 12 and 16. η = 0 is Euler's rule, η = 1 is DDPM with small variance.
 *
 * `direction` says where n comes from when a limit changes D: from the D that was kept, so that x′ is made of one clean
 * value and one noise, or from the model as it spoke, as diffusers does (`use_clipped_model_output=False`).
 */
export const ddim = defineSampler({
  name: 'ddim',
  order: 1,
  evaluations: 1,
  memory: 0,
  options: {
    eta: number({ default: 0, min: 0, max: 1, help: '0 is deterministic; 1 adds as much noise as DDPM.' }),
    direction: choice(['limited', 'model'], {
      default: 'limited',
      help: 'Whether the noise direction is taken after or before clipping.',
    }),
  },
  async step({ x, from, to, unlimited, limit, lincomb, noise }, { eta, direction }) {
    const model = await unlimited(x, from);
    const denoised = limit(model);
    const s = eta === 0 ? 0 : eta * posterior(from, to).sigma;
    const r = Math.sqrt(Math.max(0, to.sigma ** 2 - s ** 2)) / from.sigma;
    const fresh = s === 0 ? [] : ([[s, noise('ancestral')]] as const);
    if (direction === 'limited' || denoised === model) {
      return { x: lincomb([r, x], [to.alpha - from.alpha * r, denoised], ...fresh), denoised };
    }
    return { x: lincomb([r, x], [to.alpha, denoised], [-from.alpha * r, model], ...fresh), denoised };
  },
});
