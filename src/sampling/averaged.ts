import { ToolkitError } from '../core/errors.js';
import type { Space } from '../core/space.js';
import type { Denoiser } from './sampler.js';

export interface AveragedOptions<X> {
  readonly denoisers: readonly Denoiser<X>[];
  readonly space: Space<X>;
}

/** The mean of several denoisers, D = Σ Dᵢ/N: the score of the geometric mean of their densities. One is itself. */
export function averaged<X>({ denoisers, space }: AveragedOptions<X>): Denoiser<X> {
  const [first] = denoisers;
  if (!first) throw new ToolkitError('bad-option', 'averaged: expected at least one denoiser, got none.');
  if (denoisers.length === 1) return first;
  return async (x, level) => {
    const all = await Promise.all(denoisers.map((denoise) => denoise(x, level)));
    return space.lincomb(...all.map((one) => [1 / all.length, one] as const));
  };
}
