import { clampKernel } from './clamp-kernel.js';
import { ToolkitError } from './errors.js';
import { floats, type HostArray, sizeOf } from './host-array.js';
import { fillGaussians, fold, gaussian, type Key } from './random.js';
import { sumKernel } from './sum-kernel.js';

export type Term<X> = readonly [coefficient: number, value: X];

/**
 * All a sampler may do with a value: combine it linearly, and ask for noise shaped like it.
 * Implementations: plain numbers (tests), host arrays, graph tensors (fused steps).
 */
export interface Space<X> {
  /** Σ cᵢ·xᵢ, in one pass and one allocation. */
  lincomb(...terms: readonly Term<X>[]): X;
  /** Unit Gaussian of the same shape as `like`; `spare` is one of before that is not needed any more, to be written over. */
  gaussian(like: X, key: Key, spare?: X): X;
  /** A value made element by element. */
  map(x: X, f: (value: number) => number): X;
  /** What lies outside of [−range, range] moved to the nearer end. */
  clamp(x: X, range: number): X;
}

/**
 * Plain numbers as a space: rules and problems on the line, without arrays.
 *
 * @example
 * import { numberSpace } from 'langevin/core';
 * numberSpace.lincomb([2, 3], [1, 0.5]); // → 6.5
 */
export const numberSpace: Space<number> = {
  lincomb: (...terms) => terms.reduce((sum, [c, x]) => sum + c * x, 0),
  gaussian: (_, key) => gaussian(key),
  map: (x, f) => f(x),
  clamp: (x, range) => Math.min(range, Math.max(-range, x)),
};

export interface BatchSpaceOptions {
  /** Index of the first row in the whole job: row i draws from the stream of sample `first + i`. */
  readonly first?: number;
}

/** Batches of float32 arrays [B, …], one random stream per row, so that a picture does not depend on its batch. */
export function batchSpace({ first = 0 }: BatchSpaceOptions = {}): Space<HostArray<'float32'>> {
  return {
    lincomb,
    map: (x, f) => floats(x.shape, mapped(x.data, f)),
    clamp: (x, range) => floats(x.shape, clamped(x.data, range)),
    gaussian(like, key, spare) {
      const [count = 1, ...rest] = like.shape;
      const size = sizeOf(rest);
      const data = spare?.data.length === count * size ? spare.data : new Float32Array(count * size);
      const samples = fold(key, 'sample');
      for (let row = 0; row < count; row++) {
        fillGaussians(data.subarray(row * size, (row + 1) * size), fold(samples, first + row));
      }
      return floats(like.shape, data);
    },
  };
}

function lincomb(...terms: readonly Term<HostArray<'float32'>>[]): HostArray<'float32'> {
  const shape = terms[0]![1].shape;
  for (const [, { shape: other }] of terms) {
    if (other.join() === shape.join()) continue;
    throw new ToolkitError(
      'shape-mismatch',
      `lincomb needs equal shapes, got [${shape.join(', ')}] and [${other.join(', ')}].`,
    );
  }
  return floats(shape, sumOf(terms.map(([c, x]) => [c, x.data])));
}

/** Sums are kept for so many numbers at a time: they stay near the processor. */
const stretch = 2048;

/** Σ cᵢ·xᵢ in float64, from 0 and in order. */
function sumOf(terms: readonly Term<Float32Array>[]): Float32Array {
  const { length } = terms[0]![1];
  const fast = length < 64 ? null : sumKernel(terms);
  if (fast) return fast;
  const out = new Float32Array(length);
  const sums = new Float64Array(Math.min(stretch, length));
  for (let from = 0; from < length; from += stretch) {
    const to = Math.min(from + stretch, length);
    sums.fill(0);
    for (const [c, x] of terms) for (let i = from; i < to; i++) sums[i - from]! += c * x[i]!;
    for (let i = from; i < to; i++) out[i] = sums[i - from]!;
  }
  return out;
}

function clamped(data: Float32Array, range: number): Float32Array {
  const fast = data.length < 64 ? null : clampKernel(data, range);
  return fast ?? data.map((value) => (value > range ? range : value < -range ? -range : value));
}

/** A loop of our own: the method of typed arrays takes several times as long. */
function mapped(data: Float32Array, f: (value: number) => number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = f(data[i]!);
  return out;
}
