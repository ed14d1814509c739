import { ToolkitError } from './errors.js';
import { floats, type HostArray, sizeOf } from './host-array.js';
import { fold, gaussians, type Key } from './random.js';

export type Term<X> = readonly [coefficient: number, value: X];

/**
 * All a sampler may do with a value: combine it linearly, and ask for noise shaped like it.
 * Implementations: plain numbers (tests), host arrays, graph tensors (fused steps).
 */
export interface Space<X> {
  /** Σ cᵢ·xᵢ, in one pass and one allocation. */
  lincomb(...terms: readonly Term<X>[]): X;
  /** Unit Gaussian of the same shape as `like`. */
  gaussian(like: X, key: Key): X;
  /** A value made element by element, for clipping and masks. */
  map(x: X, f: (value: number) => number): X;
}

export interface BatchSpaceOptions {
  /** Index of the first row in the whole job: row i draws from the stream of sample `first + i`. */
  readonly first?: number;
}

/** Batches of float32 arrays [B, …], one random stream per row, so that a picture does not depend on its batch. */
export function batchSpace({ first = 0 }: BatchSpaceOptions = {}): Space<HostArray<'float32'>> {
  return {
    lincomb,
    map: (x, f) => floats(x.shape, x.data.map(f)),
    gaussian(like, key) {
      const [count = 1, ...rest] = like.shape;
      const size = sizeOf(rest);
      const data = new Float32Array(count * size);
      for (let row = 0; row < count; row++) {
        data.set(gaussians(fold(key, 'sample', first + row), size), row * size);
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
  const out = new Float32Array(sizeOf(shape));
  const sums = terms.map(([c, x]) => [c, x.data] as const);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (const [c, data] of sums) sum += c * data[i]!;
    out[i] = sum;
  }
  return floats(shape, out);
}
