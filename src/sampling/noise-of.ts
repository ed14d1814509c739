import type { Term } from '../core/space.js';
import type { Level } from '../diffusion/level.js';
import type { Past } from './sampler.js';

/** n = (x − α·D)/σ: the noise that an estimate of the clean value leaves in x. */
export const noiseOf = <X>(
  { x, level: { alpha, sigma }, denoised }: Past<X>,
  lincomb: (...terms: readonly Term<X>[]) => X,
): X => lincomb([1 / sigma, x], [-alpha / sigma, denoised]);

/**
 * What is extrapolated from step to step: the noise n, or the velocity v = a·n − s·D with a² + s² = 1, a/s = α/σ.
 * Salimans & Ho 2022, arXiv:2202.00512, Appendix D: v is the derivative of x by the angle between data and noise.
 */
export type Slope = 'noise' | 'velocity';

/** The noise or the velocity at a place. */
export function slopeOf<X>(past: Past<X>, slope: Slope, lincomb: (...terms: readonly Term<X>[]) => X): X {
  const n = noiseOf(past, lincomb);
  if (slope === 'noise') return n;
  const { alpha, sigma } = past.level;
  const m = Math.hypot(alpha, sigma);
  return lincomb([alpha / m, n], [-sigma / m, past.denoised]);
}

/** n = gain·slope + kept·x at a level: the noise itself, or n = a·v + s·x/√(α² + σ²). */
export function noiseOfSlope({ alpha, sigma }: Level, slope: Slope): { readonly gain: number; readonly kept: number } {
  const m = Math.hypot(alpha, sigma);
  return slope === 'noise' ? { gain: 1, kept: 0 } : { gain: alpha / m, kept: sigma / m ** 2 };
}
