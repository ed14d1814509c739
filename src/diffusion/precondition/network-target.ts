import type { Level } from '../level.js';
import type { Mix } from '../processes/predictions.js';
import type { Coefficients } from './precondition.js';

/**
 * What a network has to say for the denoiser to be right: F = (x₀ − c_skip·x)/c_out, as a·clean + b·noise.
 *
 *   a = (1 − c_skip·α)/c_out,   b = −c_skip·σ/c_out
 *
 * Karras et al. 2022, arXiv:2206.00364, Equation 8.
 *
 * @example
 * import { networkTarget } from 'langevin/diffusion';
 * const [level, ofEpsilon] = [{ alpha: 1, sigma: 2 }, { cSkip: 1, cOut: -2, cIn: 1, cNoise: 0 }];
 * networkTarget(ofEpsilon, level); // → { clean: 0, noise: 1 }
 */
export const networkTarget = ({ cSkip, cOut }: Coefficients, { alpha, sigma }: Level): Mix => ({
  clean: (1 - cSkip * alpha) / cOut + 0,
  noise: (-cSkip * sigma) / cOut + 0,
});
