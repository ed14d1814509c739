import { ancestralOptions, split } from '../../rules/ancestral.js';
import { midpoint } from '../../rules/midpoint.js';
import { defineSampler } from '../../sampler.js';

/**
 * The midpoint rule of `dpm2` down to σ_down, then fresh noise of size σ_up, with σ_down² + σ_up² = σ′².
 *
 *   σ_up = η·σ′·√(1 − SNR/SNR′),    λ_m = (λ + λ_down)/2
 *   x′   = (α′/α)·x + (σ_down − α′·σ/α)·n_m + σ_up·noise
 *
 * k-diffusion's `sample_dpm_2_ancestral`; the split is that of `euler-ancestral`. A step to σ′ = 0 is Euler's and adds no
 * noise.
 */
export const dpm2Ancestral = defineSampler({
  name: 'dpm2-ancestral',
  order: 0.5,
  evaluations: 2,
  memory: 0,
  options: ancestralOptions,
  async step({ x, from, to, via, denoise, lincomb, noise }, options) {
    const { down, up } = split({ from, to, ...options });
    const walked = await midpoint({ x, from, to: down, via: via[0], denoise, lincomb, arithmetic: options.arithmetic });
    return up === 0 ? walked : { ...walked, x: lincomb([1, walked.x], [up, noise('ancestral')]) };
  },
});
