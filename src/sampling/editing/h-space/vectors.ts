import type { Features } from '../direction.js';

/** Σ aᵢ·bᵢ. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** √Σ aᵢ². */
export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** c·a. */
export const scale = (c: number, a: ArrayLike<number>): Float64Array => Float64Array.from(a, (value) => c * value);

/** a·b/(|a|·|b|); 0 where one of them is nothing. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const size = norm(a) * norm(b);
  return size === 0 ? 0 : dot(a, b) / size;
}

/** The mean of all rows, [D]. */
export function meanRow({ shape: [count = 0, size = 0], data }: Features): Float64Array {
  const mean = new Float64Array(size);
  for (let row = 0; row < count; row++) for (let d = 0; d < size; d++) mean[d]! += data[row * size + d]! / count;
  return mean;
}

/** X·v less the product of the mean row m: one number a row. */
export function timesRows({ shape: [count = 0, size = 0], data }: Features, v: Float64Array, mean: Float64Array) {
  const shift = dot(mean, v);
  const out = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let sum = -shift;
    for (let d = 0; d < size; d++) sum += data[row * size + d]! * v[d]!;
    out[row] = sum;
  }
  return out;
}

/** (X − 1·mᵀ)ᵀ·u: one number a feature. */
export function timesColumns({ shape: [count = 0, size = 0], data }: Features, u: Float64Array, mean: Float64Array) {
  const out = new Float64Array(size);
  let total = 0;
  for (let row = 0; row < count; row++) {
    const weight = u[row]!;
    total += weight;
    for (let d = 0; d < size; d++) out[d]! += weight * data[row * size + d]!;
  }
  for (let d = 0; d < size; d++) out[d]! -= total * mean[d]!;
  return out;
}

/** The same direction or its opposite: the one whose largest entry is positive, so that runs agree. */
export function signed(values: Float64Array): Float64Array {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]!) > Math.abs(values[largest]!)) largest = i;
  return (values[largest] ?? 0) < 0 ? scale(-1, values) : values;
}
