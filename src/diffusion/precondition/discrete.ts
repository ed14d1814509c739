import type { Grid } from '../grid.js';
import { magnitude } from '../level.js';
import { convert, type Prediction, x0 } from '../processes/predictions.js';
import type { Precondition } from './precondition.js';

export interface DiscreteOptions {
  readonly grid: Grid;
  readonly prediction: Prediction;
}

/**
 * A network trained on the variance-preserving levels of a grid, told the index of the level.
 *
 *   c_in = 1/√(α² + σ²),   c_noise = index of the level,   c_skip and c_out from the prediction
 *
 * c_in brings an x of any scale, say of Karras' α = 1, to the one the network knows; on levels of the grid it is 1.
 * Karras et al. 2022, arXiv:2206.00364, Table 1, columns VP and iDDPM.
 *
 * @example
 * import { cosine, discrete, grid, v } from 'langevin/diffusion';
 * discrete({ grid: grid({ schedule: cosine() }), prediction: v })({ alpha: 0.6, sigma: 0.8 }).cOut; // → -0.8
 */
export function discrete({ grid, prediction }: DiscreteOptions): Precondition {
  return (level) => {
    const norm = magnitude(level);
    const cIn = Math.abs(norm - 1) < 1e-9 ? 1 : 1 / norm;
    const seen = { alpha: level.alpha * cIn, sigma: level.sigma * cIn };
    const clean = convert({ from: prediction, to: x0, level: seen });
    return { cSkip: clean.x * cIn, cOut: clean.raw, cIn, cNoise: grid.indexOf(level) };
  };
}
