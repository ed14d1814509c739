import type { Past, Step } from '../sampler.js';

const known = new WeakMap<Past<unknown>, unknown>();

/**
 * n = (x − α·D)/σ: the noise that an estimate of the clean value leaves in x. Worked out once for each place, however
 * often the following steps look back at it.
 */
export function noiseOf<X>(place: Past<X>, lincomb: Step<X>['lincomb']): X {
  if (known.has(place)) return known.get(place) as X;
  const { x, denoised, level } = place;
  const noise = lincomb([1 / level.sigma, x], [-level.alpha / level.sigma, denoised]);
  known.set(place, noise);
  return noise;
}
