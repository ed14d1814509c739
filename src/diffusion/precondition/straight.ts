import { convert, type Prediction, x0 } from '../processes/predictions.js';
import type { Precondition } from './precondition.js';

export interface StraightOptions {
  readonly prediction: Prediction;
  /** What σ = 1 is told as: the number of training steps. */
  readonly count?: number;
}

/**
 * A network trained on the straight path x = (1 − σ)·clean + σ·noise, told the time.
 *
 *   c_in = 1/(α + σ),   c_noise = count·σ,   c_skip and c_out from the prediction
 *
 * For the velocity u = ε − x₀ that is D = x − σ·u. Liu et al. 2022, arXiv:2209.03003, Equation 1; the count is a habit of
 * released models (1000), whose time embedding is that of discrete chains.
 *
 * @example
 * import { flow, straight } from 'langevin/diffusion';
 * straight({ prediction: flow, count: 1000 })({ alpha: 0.75, sigma: 0.25 }).cNoise; // → 250
 */
export function straight({ prediction, count = 1000 }: StraightOptions): Precondition {
  return (level) => {
    const norm = level.alpha + level.sigma;
    const cIn = Math.abs(norm - 1) < 1e-9 ? 1 : 1 / norm;
    const seen = { alpha: level.alpha * cIn, sigma: level.sigma * cIn };
    const clean = convert({ from: prediction, to: x0, level: seen });
    return { cSkip: clean.x * cIn, cOut: clean.raw, cIn, cNoise: count * seen.sigma };
  };
}
