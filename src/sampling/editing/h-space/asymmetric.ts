import type { Landing } from '../../landing.js';
import type { Denoiser } from '../../sampler.js';

export interface AsymmetricOptions<X> {
  /** D̃: the clean value wanted in place of D. Where it returns the very value that D returned, nothing changes. */
  readonly shifted: Denoiser<X>;
}

/**
 * The asymmetric process: x₀ from a shifted prediction, the direction of the noise from the unshifted one.
 *
 *   x′ = α′·D̃(x) + σ′·n(x),  n = (x − α·D(x))/σ    ⟺    x′ = S(x; D) + α′·(D̃(x) − D(x))
 *
 * Kwon et al. 2023, arXiv:2210.10960, Equation 4. The left side is DDIM; the right side is the same for DDIM at every η
 * and says what it means for any other sampler S. With D unconditional and D̃ guided it is CFG++, Chung et al. 2024,
 * arXiv:2406.08070, Algorithm 2.
 */
export const asymmetric =
  <X>({ shifted }: AsymmetricOptions<X>): Landing<X> =>
  async ({ x, from, to, landed, denoised, model, limit, lincomb }) => {
    const wanted = await shifted(x, from);
    if (wanted === model || to.alpha === 0) return landed;
    return lincomb([1, landed], [to.alpha, limit(wanted)], [-to.alpha, denoised]);
  };
