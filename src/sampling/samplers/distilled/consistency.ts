import { number } from '../../../core/options.js';
import { distilledOrder } from '../../rules/distilled-order.js';
import { defineSampler } from '../../sampler.js';

/**
 * Consistency models, in one step or several: the function's answer, noised again up to the next level.
 *
 *   x′ = α′·D + √(σ′² − (α′·ε)²)·noise
 *
 * Song et al. 2023, arXiv:2303.01469, Algorithm 1 with α = 1. D is the consistency function, whose answers carry the
 * noise ε of the level where it is the identity (σ_min = 0.002 there); so much less is added. A level at or below ε is
 * an end: x′ = α′·D, and one step straight to an end is single-step sampling. With ε = 0 it is `lcm`.
 */
export const consistency = defineSampler({
  name: 'consistency',
  order: 0,
  evaluations: 1,
  memory: 0,
  exempt: distilledOrder,
  options: {
    epsilon: number({ default: 0, min: 0, max: 1e6, help: 'σ/α of the level on which its answers lie.' }),
    noise: number({ default: 1, min: 0, max: 10, help: 'Factor of the noise that is put back.' }),
  },
  async step({ x, from, to, denoise, lincomb, noise }, { epsilon, noise: factor }) {
    const denoised = await denoise(x, from);
    const s = factor * Math.sqrt(Math.max(0, to.sigma ** 2 - (to.alpha * epsilon) ** 2));
    if (s === 0) return { x: lincomb([to.alpha, denoised]), denoised };
    return { x: lincomb([to.alpha, denoised], [s, noise('renoise')]), denoised };
  },
});
