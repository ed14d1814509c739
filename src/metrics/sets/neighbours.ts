import type { HostArray } from '../../core/host-array.js';
import type { MetricProgress } from '../metric.js';
import { sizesOf } from './check-sets.js';
import { pairs, part } from './pairs.js';

const squaredDistances = ({ squaredDistance }: { readonly squaredDistance: number }): number => squaredDistance;

/** Squared distances between two sets, and within each to the k-th nearest other vector. */
export interface Neighbourhoods {
  /** [N·M], reference by samples. */
  readonly between: Float64Array;
  /** The radius of the ball around each reference vector, squared. */
  readonly reference: Float64Array;
  /** The radius of the ball around each sample, squared. */
  readonly samples: Float64Array;
  readonly n: number;
  readonly m: number;
}

/** What metrics that compare by nearest neighbours need. */
export function* neighbourhoods(
  { reference, samples }: { readonly reference: HostArray<'float32'>; readonly samples: HostArray<'float32'> },
  k: number,
): Generator<MetricProgress, Neighbourhoods, undefined> {
  const [[n], [m]] = [sizesOf(reference), sizesOf(samples)];
  const own = radii(yield* part(pairs(reference, reference, squaredDistances), { index: 0, count: 3 }), n, k);
  const other = radii(yield* part(pairs(samples, samples, squaredDistances), { index: 1, count: 3 }), m, k);
  const between = yield* part(pairs(reference, samples, squaredDistances), { index: 2, count: 3 });
  return { between, reference: own, samples: other, n, m };
}

/** The distance of each vector to the k-th nearest other one. */
function radii(distances: Float64Array, count: number, k: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const row = distances.slice(i * count, (i + 1) * count).sort();
    return row[Math.min(k, count - 1)]!; // the nearest of all is the vector itself
  });
}

/**
 * Where a share of n may truly lie in 19 of 20 cases: (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²))/(1 + z²/n).
 * Wilson 1927, "Probable inference, the law of succession, and statistical inference" (JASA 22:158).
 *
 * @example
 * import { wilson } from 'langevin/metrics';
 * wilson(0.5, 100).map((p) => Number(p.toFixed(3))); // → [0.404, 0.596]
 */
export function wilson(share: number, n: number): readonly [low: number, high: number] {
  const z = 1.96;
  const centre = share + z ** 2 / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return [(centre - half) / (1 + z ** 2 / n), (centre + half) / (1 + z ** 2 / n)];
}
