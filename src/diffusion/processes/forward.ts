import { show, ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, sizeOf } from '../../core/host-array.js';
import type { Space } from '../../core/space.js';
import type { Level } from '../level.js';
import type { Mix } from './predictions.js';

export interface DiffuseOptions<X> {
  readonly clean: X;
  /** Unit Gaussian noise of the shape of `clean`. */
  readonly noise: X;
  readonly level: Level;
  readonly space: Space<X>;
}

/** q(x_t | x₀): x = α·clean + σ·noise. Ho et al. 2020, arXiv:2006.11239, Equation 4. */
export function diffuse<X>({ clean, noise, level, space }: DiffuseOptions<X>): X {
  return space.lincomb([level.alpha, clean], [level.sigma, noise]);
}

export interface MixRowsOptions {
  readonly clean: HostArray<'float32'>;
  readonly noise: HostArray<'float32'>;
  /** One pair of coefficients per row. */
  readonly mixes: readonly Mix[];
}

/** a_b·clean_b + b_b·noise_b for every row b of a batch: noised inputs and targets at one level per row. */
export function mixRows({ clean, noise, mixes }: MixRowsOptions): HostArray<'float32'> {
  const [count = 0, ...rest] = clean.shape;
  if (noise.shape.join() !== clean.shape.join() || mixes.length !== count) {
    throw new ToolkitError(
      'shape-mismatch',
      `mixRows: noise of shape ${show(noise.shape)} and ${mixes.length} levels do not fit data of shape ${show(clean.shape)}. ` +
        'Give noise of the same shape and one level per row.',
    );
  }
  const size = sizeOf(rest);
  const out = new Float32Array(count * size);
  for (const [row, { clean: a, noise: b }] of mixes.entries()) {
    const end = (row + 1) * size;
    for (let i = row * size; i < end; i++) out[i] = a * clean.data[i]! + b * noise.data[i]!;
  }
  return floats(clean.shape, out);
}
