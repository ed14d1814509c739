import type { Space } from '../../../core/space.js';
import type { Denoiser } from '../../sampler.js';
import type { Batch } from '../batch.js';
import type { Measurement } from '../measurement.js';
import { gramOf } from './pseudo-inverse.js';

export interface ConsistentOptions {
  readonly measurement: Measurement;
  /** y: what was seen. */
  readonly measured: Batch;
  readonly space: Space<Batch>;
}

/**
 * The nearest picture that is seen as y: x + A⁺·(y − A·x) with A⁺ = Aᵀ/c, where A·Aᵀ = c·I.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { averagePool, consistent } from 'langevin/sampling';
 * const [measurement, measured] = [averagePool({ factor: 2 }), floats([1, 1, 1, 1], [3])];
 * consistent(floats([1, 1, 2, 2], [0, 1, 1, 2]), { measurement, measured, space: batchSpace() }).data; // → Float32Array.of(2, 3, 3, 4)
 */
export function consistent(x: Batch, { measurement, measured, space }: ConsistentOptions): Batch {
  const c = gramOf(measurement);
  const r = space.lincomb([1, measured], [-1, measurement.apply(x)]);
  return space.lincomb([1, x], [1 / c, measurement.adjoint(r, x.shape)]);
}

export interface NullSpaceOptions extends ConsistentOptions {
  readonly denoise: Denoiser<Batch>;
}

/**
 * Only what cannot be seen is left to the model: D̃ = D + A⁺·(y − A·D). Wang et al. 2023, arXiv:2212.00490 (DDNM), Equation
 * 13. Needs no gradient; for a mask it is `inpainting` without the noised known region.
 */
export const nullSpace =
  ({ denoise, ...problem }: NullSpaceOptions): Denoiser<Batch> =>
  async (x, level) =>
    consistent(await denoise(x, level), problem);
