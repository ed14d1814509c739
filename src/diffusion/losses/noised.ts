import { show, ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, sizeOf } from '../../core/host-array.js';
import { fold, gaussians, type Key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import type { Level } from '../level.js';
import { mixRows } from '../processes/forward.js';
import type { Prediction } from '../processes/predictions.js';
import type { PrepareOptions } from './objective.js';

/** How the noise of training differs from independent unit Gaussians; all 0 unless told. */
export interface NoiseKind {
  /**
   * Offset noise, ε + s·o with one o ~ N(0, 1) for each channel of a sample: the model learns to change the mean of a
   * picture. Guttenberg 2023, "Diffusion with offset noise".
   */
  readonly offset?: number;
  /**
   * Input perturbation, x of ε + γ·ξ with the target of ε: training sees the errors of sampling.
   * Ning et al. 2023, arXiv:2301.11706, Algorithm 1; they take γ = 0.1.
   */
  readonly perturbation?: number;
}

export interface NoisedBatch {
  readonly levels: readonly Level[];
  /** The noise that targets are made of. */
  readonly noise: HostArray<'float32'>;
  readonly x: HostArray<'float32'>;
  readonly index: HostArray<'float32'>;
}

/** x = α·x₀ + σ·ε for every row of a batch at its own level: how all objectives begin. */
export function noised(owner: string, given: PrepareOptions): NoisedBatch {
  const { clean, indices, grid, key, first = 0, noise: { offset = 0, perturbation = 0 } = {} } = given;
  const count = clean.shape[0] ?? 0;
  if (indices.length !== count) {
    throw new ToolkitError(
      'shape-mismatch',
      `${owner}: data of shape ${show(clean.shape)} needs ${count} indices, got ${indices.length}.`,
    );
  }
  const levels = Array.from(indices, (index) => grid.level(index));
  const space = batchSpace({ first });
  const plain = space.gaussian(clean, fold(key, 'noise'));
  const noise = offset === 0 ? plain : withOffsets(plain, { offset, key: fold(key, 'offset'), first });
  const seen =
    perturbation === 0
      ? noise
      : space.lincomb([1, noise], [perturbation, space.gaussian(clean, fold(key, 'perturbation'))]);
  return {
    levels,
    noise,
    x: mixRows({ clean, noise: seen, mixes: levels.map(({ alpha, sigma }) => ({ clean: alpha, noise: sigma })) }),
    index: floats([count], Float32Array.from(indices)),
  };
}

interface OffsetOptions {
  readonly offset: number;
  readonly key: Key;
  readonly first: number;
}

function withOffsets(noise: HostArray<'float32'>, { offset, key, first }: OffsetOptions): HostArray<'float32'> {
  const [count = 0, channels = 1, ...rest] = noise.shape;
  const size = sizeOf(rest);
  const data = noise.data.slice();
  for (let row = 0; row < count; row++) {
    const offsets = gaussians(fold(key, 'sample', first + row), channels);
    for (const [c, o] of offsets.entries()) {
      const from = (row * channels + c) * size;
      for (let i = from; i < from + size; i++) data[i] = data[i]! + offset * o;
    }
  }
  return floats(noise.shape, data);
}

/** What the error of each row counts: the weight of its level for the given prediction. */
export function weightsOf(
  { levels, index }: Pick<NoisedBatch, 'levels' | 'index'>,
  { weighting, grid }: Pick<PrepareOptions, 'weighting' | 'grid'>,
  prediction: Prediction,
): HostArray<'float32'> {
  return column(
    levels.map((level, row) => weighting.weight({ level, prediction, place: { grid, index: index.data[row]! } })),
  );
}

/** One number a row. */
export const column = (values: ArrayLike<number>): HostArray<'float32'> =>
  floats([values.length], Float32Array.from(values));
