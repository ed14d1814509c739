import type { Level } from '../level.js';

export interface Jump {
  /** What the less noisy x is multiplied with. */
  readonly scale: number;
  /** Standard deviation of the noise that is added. */
  readonly sigma: number;
}

/**
 * q(x_t | x_s) = N(α_{t|s}·x_s, σ²_{t|s}), from the less noisy s to the noisier t.
 *
 *   α_{t|s} = α_t / α_s,   σ²_{t|s} = σ_t² − α²_{t|s}·σ_s²
 *
 * Kingma et al. 2021, arXiv:2107.00630, Equation 19. For variance-preserving levels σ²_{t|s} = 1 − ᾱ_t/ᾱ_s, the β of
 * the step.
 *
 * @example
 * import { jump } from 'langevin/diffusion';
 * jump({ alpha: 1, sigma: 3 }, { alpha: 1, sigma: 5 }); // → { scale: 1, sigma: 4 }
 */
export function jump(less: Level, more: Level): Jump {
  const scale = more.alpha / less.alpha;
  return { scale, sigma: Math.sqrt(Math.max(0, more.sigma ** 2 - (scale * less.sigma) ** 2)) };
}
