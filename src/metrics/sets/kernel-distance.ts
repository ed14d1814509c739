import type { HostArray } from '../../core/host-array.js';
import { fold, integers, type Key } from '../../core/random.js';
import type { MetricProgress, Sets } from '../metric.js';
import { sizesOf } from './check-sets.js';
import { type PairFunction, pairs, part } from './pairs.js';

/** Kernel values among and between two sets. */
export interface KernelMatrices {
  /** k(xᵢ, xⱼ), [N·N]. */
  readonly xx: Float64Array;
  /** k(yᵢ, yⱼ), [M·M]. */
  readonly yy: Float64Array;
  /** k(xᵢ, yⱼ), [N·M]. */
  readonly xy: Float64Array;
  readonly n: number;
  readonly m: number;
}

/** All kernel values of two sets. */
export function* kernelMatrices(
  x: HostArray<'float32'>,
  y: HostArray<'float32'>,
  kernel: PairFunction,
): Generator<MetricProgress, KernelMatrices, undefined> {
  const of = (index: number) => ({ index, count: 4 }); // the fourth quarter is the bootstrap
  const xx = yield* part(pairs(x, x, kernel), of(0));
  const yy = yield* part(pairs(y, y, kernel), of(1));
  const xy = yield* part(pairs(x, y, kernel), of(2));
  return { xx, yy, xy, n: sizesOf(x)[0], m: sizesOf(y)[0] };
}

/** How often each vector counts. */
interface Counts {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * The squared maximum mean discrepancy, without bias:
 *
 *   Σ_{i≠j} k(xᵢ, xⱼ)/(N(N−1)) + Σ_{i≠j} k(yᵢ, yⱼ)/(M(M−1)) − 2·Σ_{i,j} k(xᵢ, yⱼ)/(N·M)
 *
 * Gretton et al. 2012, "A kernel two-sample test" (JMLR 13:25), Lemma 6. With `counts` vectors are repeated; a pair of a
 * vector with its own copy is left out, as i = j is.
 *
 * @example
 * import { squaredMmd } from 'langevin/metrics';
 * const [xx, yy, xy] = [2, 4, 1].map((k) => new Float64Array(4).fill(k));
 * squaredMmd({ xx, yy, xy, n: 2, m: 2 }); // → 4
 */
export function squaredMmd({ xx, yy, xy, n, m }: KernelMatrices, counts: Counts = ones(n, m)): number {
  const { x, y } = counts;
  return within(xx, x) + within(yy, y) - (2 * form(xy, x, y)) / (sum(x) * sum(y));
}

const ones = (n: number, m: number): Counts => ({ x: new Float64Array(n).fill(1), y: new Float64Array(m).fill(1) });
const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** The mean of k over pairs of two different vectors of one set. */
function within(matrix: Float64Array, c: Float64Array): number {
  let [own, ownWeight] = [0, 0];
  for (let i = 0; i < c.length; i++) {
    own += c[i]! * c[i]! * matrix[i * (c.length + 1)]!;
    ownWeight += c[i]! * c[i]!;
  }
  return (form(matrix, c, c) - own) / (sum(c) ** 2 - ownWeight);
}

/** aᵀ·K·b. */
function form(matrix: Float64Array, a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    let row = 0;
    for (let j = 0, at = i * b.length; j < b.length; j++, at++) row += b[j]! * matrix[at]!;
    total += a[i]! * row;
  }
  return total;
}

export interface BootstrapOptions {
  readonly key: Key;
  /** How often both sets are drawn anew. */
  readonly resamples: number;
}

/**
 * The standard deviation of the discrepancy over sets drawn anew, with replacement, out of the ones at hand. A draw of one
 * vector alone, which has no pairs, is left out; what fewer than two others say is NaN.
 * Efron 1979, "Bootstrap methods: another look at the jackknife" (Annals of Statistics 7:1), method 2.
 */
export function* bootstrapDeviation(
  matrices: KernelMatrices,
  { key, resamples }: BootstrapOptions,
): Generator<MetricProgress, number, undefined> {
  const { n, m } = matrices;
  const draw = (from: Key, size: number): Float64Array => {
    const counts = new Float64Array(size);
    for (const i of integers(from, size, size)) counts[i]! += 1;
    return counts;
  };
  const values: number[] = [];
  for (let r = 0; r < resamples; r++) {
    yield { done: r, total: resamples };
    const counts = { x: draw(fold(key, 'x', r), n), y: draw(fold(key, 'y', r), m) };
    const alone = counts.x.includes(n) || counts.y.includes(m);
    if (!alone) values.push(squaredMmd(matrices, counts));
  }
  return values.length < 2 ? NaN : deviation(values);
}

/** Standard deviation of some numbers, with N − 1. */
export function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1));
}

/** The half width of an interval that 19 of 20 errors of this standard deviation stay within. */
export const halfWidth = (standardError: number): number => 1.96 * standardError;

export interface KernelDistanceOptions extends Sets {
  readonly kernel: PairFunction;
  readonly resamples: number;
}

/** Vectors of a set below which drawing it anew says nothing: of two, all draws that have a pair are the set itself. */
const fewest = 4;

/** The discrepancy of two sets under a kernel, with its bootstrap interval; null where there are too few of anything. */
export function* kernelDistance({ reference, samples, key, kernel, resamples }: KernelDistanceOptions) {
  const matrices = yield* kernelMatrices(reference, samples, kernel);
  const value = squaredMmd(matrices);
  if (resamples < 2 || Math.min(matrices.n, matrices.m) < fewest) return { value, interval: null };
  const spread = yield* part(bootstrapDeviation(matrices, { key: fold(key, 'bootstrap'), resamples }), {
    index: 3,
    count: 4,
  });
  const half = halfWidth(spread);
  return { value, interval: Number.isNaN(half) ? null : ([value - half, value + half] as const) };
}
