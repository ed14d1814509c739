import { distilledOrder } from '../../rules/distilled-order.js';
import { defineSampler } from '../../sampler.js';

/**
 * Latent consistency model sampling: jump to the clean value, put fresh noise back, jump again.
 *
 *   x′ = α′·D + σ′·noise
 *
 * Luo et al. 2023, arXiv:2310.04378, Algorithm 3 (multistep latent consistency sampling). D is the consistency function:
 * where an ordinary denoiser answers with the mean of all data that x may come from, it answers with the end of the ODE
 * through x. Also what FlowMatchEulerDiscreteScheduler does with `stochastic_sampling`.
 *
 * Use it for networks distilled for 1 to 8 steps. With one that was not, the result stays blurred.
 */
export const lcm = defineSampler({
  name: 'lcm',
  order: 0,
  evaluations: 1,
  memory: 0,
  exempt: distilledOrder,
  options: {},
  async step({ x, from, to, denoise, lincomb, noise }) {
    const denoised = await denoise(x, from);
    if (to.sigma === 0) return { x: lincomb([to.alpha, denoised]), denoised };
    return { x: lincomb([to.alpha, denoised], [to.sigma, noise('renoise')]), denoised };
  },
});
