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
