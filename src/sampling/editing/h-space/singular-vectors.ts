import { fold, gaussians, type Key } from '../../../core/random.js';
import type { JacobianProducts } from '../direction.js';
import { symmetricEigen } from './symmetric-eigen.js';
import { dot, norm, scale, signed } from './vectors.js';

export interface SingularVectorsOptions extends JacobianProducts {
  /** How many are wanted. */
  readonly count: number;
  /** Products with A and Aᵀ for each of them. */
  readonly iterations: number;
  /** Stops earlier once no value changes by more than this share. */
  readonly tolerance: number;
  /** Where the search begins. */
  readonly key: Key;
}

export interface SingularVector {
  /** v with A·v = s·u, of length 1, its largest entry positive. */
  readonly vector: Float64Array;
  /** s ≥ 0. */
  readonly value: number;
}

/**
 * The first right singular vectors of a matrix A that is known by its products alone, by subspace iteration:
 *
 *   W ← Aᵀ·(A·V),   V ← orthonormal basis of W;   at the end the eigenvectors of (A·V)ᵀ(A·V) turn V
 *
 * Halko, Martinsson & Tropp 2011 (arXiv:0909.4061), Algorithm 4.4. The error of direction i falls by (s_{k+1}/s_i)² in
 * every iteration, k being the size of the subspace; it is kept two wider than asked for.
 */
export async function singularVectors(options: SingularVectorsOptions): Promise<readonly SingularVector[]> {
  const { size, count, iterations, tolerance, key, apply, transpose } = options;
  const width = Math.min(size, count + 2);
  let basis = orthonormal(
    Array.from({ length: width }, (_, i) => Float64Array.from(gaussians(fold(key, 'subspace', i), size))),
  );
  let values: readonly number[] = [];
  for (let round = 0; ; round++) {
    const images = await inTurn(basis, apply);
    const gram = images.map((a) => images.map((b) => dot(a, b)));
    const { values: squares, vectors } = symmetricEigen(gram);
    const before = values;
    values = squares.map((square) => Math.sqrt(Math.max(0, square)));
    const settled = round > 0 && values.slice(0, count).every((s, i) => Math.abs(s - before[i]!) <= tolerance * s);
    if (settled || round === iterations) {
      const found = vectors.slice(0, count).map((mix) => combined(basis, mix));
      return found.map((vector, i) => ({ vector: signed(vector), value: values[i]! }));
    }
    basis = orthonormal(await inTurn(images, transpose));
  }
}

async function inTurn(vectors: readonly Float64Array[], f: (v: Float64Array) => Promise<Float64Array>) {
  const out: Float64Array[] = [];
  for (const vector of vectors) out.push(await f(vector));
  return out;
}

function combined(basis: readonly Float64Array[], mix: Float64Array): Float64Array {
  const out = new Float64Array(basis[0]!.length);
  for (const [j, vector] of basis.entries()) for (let i = 0; i < out.length; i++) out[i]! += mix[j]! * vector[i]!;
  return scale(1 / (norm(out) || 1), out);
}

/** Gram and Schmidt, twice for the digits that the first pass loses. A vector that was in the others' span is zero. */
function orthonormal(vectors: readonly Float64Array[]): readonly Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const v = vector.slice();
    const before = norm(v);
    for (let pass = 0; pass < 2; pass++) {
      for (const u of done) {
        const along = dot(u, v);
        for (let i = 0; i < v.length; i++) v[i]! -= along * u[i]!;
      }
    }
    const length = norm(v);
    done.push(length > 1e-12 * before ? scale(1 / length, v) : new Float64Array(v.length));
  }
  return done;
}
