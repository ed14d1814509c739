import { type Level, magnitude } from '../level.js';
import { jump } from './jump.js';

export interface Posterior {
  /** Coefficient of the noisier x in the mean. */
  readonly x: number;
  /** Coefficient of the clean value in the mean. */
  readonly clean: number;
  /** Standard deviation: the "small" one, exact when the data is a single point. */
  readonly sigma: number;
  /** σ_{t|s}: the "large" one, exact when the data is unit Gaussian. */
  readonly sigmaLarge: number;
}

/**
 * q(x_s | x_t, x₀) = N(μ, σ_Q²), from the noisier t back to the less noisy s.
 *
 *   μ = α_{t|s}·σ_s²/σ_t² · x_t + α_s·σ²_{t|s}/σ_t² · x₀,   σ_Q² = σ²_{t|s}·σ_s²/σ_t²
 *
 * Ho et al. 2020, arXiv:2006.11239, Equations 6–7; in these letters Kingma et al. 2021, arXiv:2107.00630, Equation 26.
 */
export function posterior(more: Level, less: Level): Posterior {
  const step = jump(less, more);
  return {
    x: (step.scale * less.sigma ** 2) / more.sigma ** 2,
    clean: (less.alpha * step.sigma ** 2) / more.sigma ** 2,
    sigma: (step.sigma * less.sigma) / more.sigma,
    sigmaLarge: step.sigma,
  };
}

/**
 * The same in float32 arithmetic, rounded in the order in which torch programs compute it from ᾱ:
 *
 *   β = 1 − ᾱ_t/ᾱ_s,   μ = √(1−β)·(1−ᾱ_s)/(1−ᾱ_t) · x_t + √ᾱ_s·β/(1−ᾱ_t) · x₀,   σ_Q² = β·(1−ᾱ_s)/(1−ᾱ_t)
 *
 * The differences from 1 lose three or four digits at the last steps of a chain of 1000, which shows in the result; this
 * is for agreeing with such programs. Levels that do not preserve variance are rescaled to where they do. `listed` is
 * for programs that take the β of a step from their list, where there is one (else null), and 1 − β out of it.
 */
export function posteriorFloat32(more: Level, less: Level, listed?: number | null): Posterior {
  const f32 = Math.fround;
  const [norm, normNext] = [magnitude(more), magnitude(less)];
  const [alphaBar, alphaBarNext] = [f32((more.alpha / norm) ** 2), f32((less.alpha / normNext) ** 2)];
  const ratio = f32(alphaBar / alphaBarNext);
  const b = f32(listed ?? 1 - ratio);
  const kept = listed === undefined ? ratio : f32(1 - b);
  const [rest, restNext] = [f32(1 - alphaBar), f32(1 - alphaBarNext)];
  return {
    x: (f32(f32(f32(Math.sqrt(kept)) * restNext) / rest) * normNext) / norm,
    clean: f32(f32(f32(Math.sqrt(alphaBarNext)) * b) / rest) * normNext,
    sigma: f32(Math.sqrt(f32(f32(restNext / rest) * b))) * normNext,
    sigmaLarge: f32(Math.sqrt(b)) * normNext,
  };
}
