import { ToolkitError } from './errors.js';
import { floats, type HostArray, sizeOf } from './host-array.js';
import { isFloats } from './values.js';

/**
 * Euclidean length of every row of a batch [B, …]; a plain number is a batch of one. For rules that choose their step
 * by the size of something: symbolic values have no size yet and are refused, naming `who` asked.
 *
 * @example
 * import { floats, rowNorms } from 'langevin/core';
 * rowNorms('me', floats([2, 2], [3, 4, 0, 2])); // → [5, 2]
 */
export function rowNorms(who: string, x: unknown): readonly number[] {
  if (typeof x === 'number') return [Math.abs(x)];
  const { shape, data } = batchOf(who, x);
  const size = sizeOf(shape.slice(1));
  return Array.from({ length: shape[0] ?? 1 }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += data[i]! ** 2;
    return Math.sqrt(sum);
  });
}

/**
 * Inner product of every row of one batch with the same row of another.
 *
 * @example
 * import { floats, rowDots } from 'langevin/core';
 * rowDots('me', floats([2, 2], [3, 4, 0, 2]), floats([2, 2], [1, 1, 5, -1])); // → [7, -2]
 */
export function rowDots(who: string, a: unknown, b: unknown): readonly number[] {
  if (typeof a === 'number') return [a * (b as number)];
  const [{ shape, data }, other] = [batchOf(who, a), batchOf(who, b)];
  const size = sizeOf(shape.slice(1));
  return Array.from({ length: shape[0] ?? 1 }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += data[i]! * other.data[i]!;
    return sum;
  });
}

/**
 * Standard deviation of the numbers of every row, about their own mean.
 *
 * @example
 * import { floats, rowDeviations } from 'langevin/core';
 * rowDeviations('me', floats([2, 2], [3, 5, 2, 2])); // → [1, 0]
 */
export function rowDeviations(who: string, x: unknown): readonly number[] {
  if (typeof x === 'number') return [0];
  const { shape, data } = batchOf(who, x);
  const size = sizeOf(shape.slice(1));
  return Array.from({ length: shape[0] ?? 1 }, (_, row) => {
    const values = data.subarray(row * size, (row + 1) * size);
    const mean = values.reduce((sum, value) => sum + value, 0) / size;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size);
  });
}

/** How many numbers a row of the batch has. */
export const rowSize = (x: unknown): number => (isFloats(x) ? sizeOf(x.shape.slice(1)) : 1);

/**
 * Every row times its own factor.
 *
 * @example
 * import { floats, scaleRows } from 'langevin/core';
 * scaleRows('me', floats([2, 1], [3, 4]), [10, 100]).data; // → Float32Array.of(30, 400)
 */
export function scaleRows<X>(who: string, x: X, factors: readonly number[]): X {
  if (typeof x === 'number') return (x * factors[0]!) as X;
  const { shape, data } = batchOf(who, x);
  const size = sizeOf(shape.slice(1));
  return floats(
    shape,
    data.map((value, i) => value * factors[Math.floor(i / size)]!),
  ) as X;
}

/** A value with one coefficient for all its rows, or one for each. */
export type RowTerm<X> = readonly [coefficient: number | readonly number[], value: X];

/**
 * Σ cᵢ·xᵢ where every row may have coefficients of its own; the bits of `lincomb` where they are the same.
 *
 * @example
 * import { floats, lincombRows } from 'langevin/core';
 * const [a, b] = [floats([2, 1], [1, 2]), floats([2, 1], [10, 20])];
 * lincombRows('me', [[3, a], [[1, 0.5], b]]).data; // → Float32Array.of(13, 16)
 */
export function lincombRows<X>(who: string, terms: readonly RowTerm<X>[]): X {
  const at = (c: number | readonly number[], row: number): number => (typeof c === 'number' ? c : c[row]!);
  const [[, first]] = terms as readonly [RowTerm<X>];
  if (typeof first === 'number') return terms.reduce((sum, [c, x]) => sum + at(c, 0) * (x as number), 0) as X;
  const { shape } = batchOf(who, first);
  const size = sizeOf(shape.slice(1));
  const sums = new Float64Array(sizeOf(shape));
  for (const [c, x] of terms) {
    const { data } = batchOf(who, x);
    for (let i = 0; i < sums.length; i++) sums[i]! += at(c, Math.floor(i / size)) * data[i]!;
  }
  return floats(shape, Float32Array.from(sums)) as X;
}

/**
 * A batch [B, 2C, …] cut into two [B, C, …]: the two outputs of a network that also predicts its variance.
 *
 * @example
 * import { floats, halves } from 'langevin/core';
 * halves(floats([1, 2], [3, 4]))[1].data; // → Float32Array.of(4)
 */
export function halves({ shape, data }: HostArray<'float32'>): readonly [HostArray<'float32'>, HostArray<'float32'>] {
  const [count = 0, channels = 0, ...rest] = shape;
  if (channels % 2 !== 0) {
    throw new ToolkitError(
      'shape-mismatch',
      `halves: an even number of channels is needed, got shape [${shape.join(', ')}].`,
    );
  }
  const half = [count, channels / 2, ...rest];
  const size = sizeOf(half.slice(1));
  const cut = (second: number) => {
    const out = new Float32Array(sizeOf(half));
    for (let row = 0; row < count; row++) {
      const from = (2 * row + second) * size;
      out.set(data.subarray(from, from + size), row * size);
    }
    return floats(half, out);
  };
  return [cut(0), cut(1)];
}

/**
 * Two values combined element by element.
 *
 * @example
 * import { zipped } from 'langevin/core';
 * zipped('me', 3, 4, (a, b) => a * b); // → 12
 */
export function zipped<X>(who: string, a: X, b: X, f: (a: number, b: number) => number): X {
  if (typeof a === 'number') return f(a, b as number) as X;
  const [left, right] = [batchOf(who, a), batchOf(who, b)];
  return floats(
    left.shape,
    left.data.map((value, i) => f(value, right.data[i]!)),
  ) as X;
}

function batchOf(who: string, x: unknown): HostArray<'float32'> {
  if (isFloats(x)) return x;
  throw new ToolkitError('bad-value', `${who} needs numbers to measure and multiply. Sample on host arrays.`);
}
