import type { Term } from '../core/space.js';
import type { Past } from './sampler.js';

/** n = (x − α·D)/σ: the noise that an estimate of the clean value leaves in x. */
export const noiseOf = <X>(
  { x, level: { alpha, sigma }, denoised }: Past<X>,
  lincomb: (...terms: readonly Term<X>[]) => X,
): X => lincomb([1 / sigma, x], [-alpha / sigma, denoised]);
