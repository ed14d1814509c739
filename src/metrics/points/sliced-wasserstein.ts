import type { HostArray } from '../../core/host-array.js';
import { integer } from '../../core/options.js';
import { fold, gaussians } from '../../core/random.js';
import { defineMetric } from '../metric.js';
import { checkSets, sizesOf } from '../sets/check-sets.js';

/**
 * Sliced Wasserstein distance of points: the distance that mass must be moved, measured along random directions θ,
 *
 *   SW_p = (E_θ ∫₀¹ |F_{θᵀX}⁻¹(u) − F_{θᵀY}⁻¹(u)|^p du)^{1/p}.
 *
 * In the units of the data. Finite sets of one distribution are a little apart too, about 1/√N: compare it with that of
 * two halves of the reference. No interval is given, because the bootstrap would move both sets apart.
 * Bonneel et al. 2015, "Sliced and Radon Wasserstein barycenters of measures" (JMIV 51:1), Definition 2.
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { measured, slicedWasserstein } from 'langevin/metrics';
 * const [reference, samples] = [floats([2, 1], [0, 1]), floats([2, 1], [4, 3])];
 * (await measured(slicedWasserstein().measure({ reference, samples, key: key(0) }))).estimates[0].value; // → 3
 */
export const slicedWasserstein = defineMetric({
  name: 'sliced-wasserstein',
  summary: 'How far points must be moved, along random directions, in the units of the data.',
  needs: 'points',
  direction: 'lower',
  options: {
    projections: integer({ default: 128, min: 1, max: 100_000, help: 'Random directions.' }),
    power: integer({ default: 2, min: 1, max: 8, help: 'p: 1 counts distances, 2 their squares.' }),
  },
  async *measure({ reference, samples, key }, { projections, power }) {
    checkSets('sliced-wasserstein', { reference, samples }, 1);
    const [[n, size], [m]] = [sizesOf(reference), sizesOf(samples)];
    let total = 0;
    for (let p = 0; p < projections; p++) {
      yield { done: p, total: projections };
      const drawn = gaussians(fold(key, 'direction', p), size);
      const norm = Math.hypot(...drawn);
      const direction = drawn.map((value) => value / norm);
      total += wasserstein1d(projected(reference, direction), projected(samples, direction), power);
    }
    const value = (total / projections) ** (1 / power);
    const estimate = { value, interval: null, n: Math.min(n, m), direction: 'lower', unit: '' } as const;
    return { estimates: [{ name: 'sliced-wasserstein', ...estimate }], notes: [] };
  },
});

/** θᵀx of every row, sorted. */
function projected(set: HostArray<'float32'>, direction: Float32Array): Float64Array {
  const [count, size] = sizesOf(set);
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += set.data[row * size + k]! * direction[k]!;
    return sum;
  }).sort();
}

/** ∫₀¹ |F_a⁻¹(u) − F_b⁻¹(u)|^p du of two sorted lists of any lengths. */
export function wasserstein1d(a: ArrayLike<number>, b: ArrayLike<number>, power: number): number {
  let [i, j, u, sum] = [0, 0, 0, 0];
  while (i < a.length && j < b.length) {
    const next = Math.min((i + 1) / a.length, (j + 1) / b.length); // both inverses are constant up to here
    sum += (next - u) * Math.abs(a[i]! - b[j]!) ** power;
    // Products of whole numbers compare exactly where quotients would not.
    const order = (i + 1) * b.length - (j + 1) * a.length;
    if (order <= 0) i++;
    if (order >= 0) j++;
    u = next;
  }
  return sum;
}
