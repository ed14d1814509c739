/** Samplers can be tested with no tensor library at all. */
export { numberSpace as numbers } from '../src/core/space.js';

import type { Level } from '../src/diffusion/level.js';
import type { Denoiser } from '../src/sampling/sampler.js';

export interface GaussianData {
  readonly denoise: Denoiser<number>;
  /** The end of the probability-flow ODE that starts in x. */
  readonly exact: (x: number, from: Level, to: Level) => number;
}

/** For data ~ N(0, s²) everything is known in closed form: x at a level has variance α²s² + σ². */
export const gaussianData = (s: number): GaussianData => {
  const variance = ({ alpha, sigma }: Level): number => (alpha * s) ** 2 + sigma ** 2;
  return {
    denoise: async (x, level) => (x * level.alpha * s ** 2) / variance(level),
    exact: (x, from, to) => x * Math.sqrt(variance(to) / variance(from)),
  };
};
