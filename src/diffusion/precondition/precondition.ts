import type { Level } from '../level.js';

/**
 * How a denoiser is made of a network F at one level:
 *
 *   D(x; level) = c_skip·x + c_out·F(c_in·x; c_noise)
 *
 * Karras et al. 2022, arXiv:2206.00364, Equation 7.
 */
export interface Coefficients {
  readonly cSkip: number;
  readonly cOut: number;
  readonly cIn: number;
  readonly cNoise: number;
}

/** A family of networks: its coefficients at every level. */
export type Precondition = (level: Level) => Coefficients;
