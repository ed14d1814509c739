import type { Term } from '../../core/space.js';
import type { Past } from '../sampler.js';

const known = new WeakMap<Past<unknown>, unknown>();

/**
 * n = (x − α·D)/σ: the noise that an estimate of the clean value leaves in x. Worked out once for each place, however
 * often the following steps look back at it.
 */
export function noiseOf<X>(place: Past<X>, lincomb: (...terms: readonly Term<X>[]) => X): X {
  if (known.has(place)) return known.get(place) as X;
  const { x, denoised, level } = place;
  const noise = lincomb([1 / level.sigma, x], [-level.alpha / level.sigma, denoised]);
  known.set(place, noise);
  return noise;
}
