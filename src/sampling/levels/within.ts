import type { Level } from '../../diffusion/level.js';
import type { Denoiser } from '../sampler.js';

/** Noise levels by the ratio of noise to signal, σ/α: what Karras et al. call σ. */
export interface NoiseRange {
  /** Excluded. */
  readonly low: number;
  /** Included; null is no bound, so that pure noise belongs to it. */
  readonly high: number | null;
}

/** Whether a level is noisier than `low` and no noisier than `high`. */
export const isWithin = ({ alpha, sigma }: Level, { low, high }: NoiseRange): boolean =>
  sigma / alpha > low && (high === null || sigma / alpha <= high);

export interface WithinOptions<X> extends NoiseRange {
  readonly inside: Denoiser<X>;
  readonly outside: Denoiser<X>;
}

/**
 * One denoiser between two noise levels, another elsewhere: anything may be switched on for a part of the path. Only the
 * one in charge is asked.
 *
 * @example
 * import { within } from 'langevin/sampling';
 * const says = (value) => async () => value;
 * const denoise = within({ inside: says(1), outside: says(0), low: 0.5, high: 2 });
 * await denoise(0, { alpha: 0.6, sigma: 0.8 }); // → 1
 * await denoise(0, { alpha: 0.1, sigma: 0.9 }); // → 0
 */
export const within =
  <X>({ inside, outside, ...range }: WithinOptions<X>): Denoiser<X> =>
  (x, level) =>
    isWithin(level, range) ? inside(x, level) : outside(x, level);
