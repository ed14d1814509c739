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
