import type { HostArray } from '../../core/host-array.js';
import type { MetricProgress } from '../metric.js';
import { sizesOf } from './check-sets.js';

/** A number for two vectors, out of what two vectors usually are compared by. */
export type PairFunction = (at: {
  readonly dot: number;
  readonly squaredDistance: number;
  readonly size: number;
}) => number;

/** Multiplications between two yields: a few hundredths of a second. */
const slice = 2e7;

/**
 * f of every pair, row i of `a` and row j of `b`, as a matrix [N·M] in row-major order. Distances are sums of squared
 * differences in float64, so that equal rows have distance 0 exactly.
 */
export function* pairs(
  a: HostArray<'float32'>,
  b: HostArray<'float32'>,
  f: PairFunction,
): Generator<MetricProgress, Float64Array, undefined> {
  const [[rows, size], [columns]] = [sizesOf(a), sizesOf(b)];
  const [p, q] = [a.data, b.data];
  const out = new Float64Array(rows * columns);
  const every = Math.max(1, Math.floor(slice / (columns * size)));
  for (let i = 0; i < rows; i++) {
    if (i % every === 0) yield { done: i, total: rows };
    for (let j = 0; j < columns; j++) {
      let dot = 0;
      let squaredDistance = 0;
      for (let k = 0; k < size; k++) {
        const x = p[i * size + k]!;
        const y = q[j * size + k]!;
        dot += x * y;
        squaredDistance += (x - y) * (x - y);
      }
      out[i * columns + j] = f({ dot, squaredDistance, size });
    }
  }
  return out;
}

/** The same numbers of work in several parts, counted as one: part `index` of `count`. */
export function* part<T>(
  work: Generator<MetricProgress, T, undefined>,
  { index, count }: { readonly index: number; readonly count: number },
): Generator<MetricProgress, T, undefined> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield { done: index * 1000 + Math.floor((1000 * value.done) / Math.max(1, value.total)), total: count * 1000 };
  }
}
