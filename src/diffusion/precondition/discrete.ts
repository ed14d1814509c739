import type { Grid } from '../grid.js';
import { rescaled } from '../kind.js';
import type { Prediction } from '../processes/predictions.js';
import type { Precondition } from './precondition.js';
import { predicting } from './predicting.js';

export interface DiscreteOptions {
  readonly grid: Grid;
  readonly prediction: Prediction;
}

/**
 * A network trained on the levels of a grid, told the index of the level.
 *
 *   c_in brings x to the scale of the grid: 1/√(α² + σ²) where that preserves variance, 1/(α + σ) on straight paths, 1/α
 *   where variance explodes,   c_noise = index of the level,   c_skip and c_out from the prediction
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
    const seen = rescaled({ level, kind: grid.kind });
    return predicting({ level, seen, prediction, cNoise: grid.indexOf(level) });
  };
}
