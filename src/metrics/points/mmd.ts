import { integer, number } from '../../core/options.js';
import { defineMetric, type MetricProgress, type Sets } from '../metric.js';
import { checkSets } from '../sets/check-sets.js';
import { kernelDistance } from '../sets/kernel-distance.js';
import { pairs } from '../sets/pairs.js';
import { thinnedSet, thinnedSets } from '../sets/thinned.js';

/**
 * Squared maximum mean discrepancy of points under the Gaussian kernel exp(−‖x − y‖²/(2h²)), without bias. It is 0 on
 * average when both sets come from one distribution and positive otherwise, whatever the distributions. The width h is
 * the median distance within the reference unless told. The interval is by the bootstrap.
 * Gretton et al. 2012, "A kernel two-sample test" (JMLR 13:25), Lemma 6 and Section 8.
 */
export const mmd = defineMetric({
  name: 'mmd',
  summary: 'Maximum mean discrepancy of points under a Gaussian kernel, squared and unbiased.',
  needs: 'points',
  direction: 'lower',
  options: {
    width: number({ default: null, min: 1e-9, help: 'Width h of the kernel; the median distance unless told.' }),
    resamples: integer({ default: 200, min: 0, max: 100_000, help: 'Bootstrap draws for the interval; 0 gives none.' }),
    most: integer({ default: 2000, min: 2, help: 'Points of each set that are used; their square is the work.' }),
  },
  async *measure(given, { width, resamples, most }) {
    checkSets('mmd', given);
    const { n, notes, ...sets } = thinnedSets(given, most);
    const h = width ?? (yield* medianDistance(given));
    const kernel = gaussianKernel(h);
    const result = yield* kernelDistance({ ...sets, key: given.key, kernel, resamples });
    return { estimates: [{ name: 'mmd', ...result, n, direction: 'lower', unit: '' }], notes };
  },
});

/** exp(−‖x − y‖²/(2h²)). */
export const gaussianKernel =
  (h: number) =>
  ({ squaredDistance }: { readonly squaredDistance: number }): number =>
    Math.exp(-squaredDistance / (2 * h * h));

/** The median distance of two different points of the reference, out of at most 500; 1 where all are one point. */
function* medianDistance({ reference, key }: Sets): Generator<MetricProgress, number, undefined> {
  const few = thinnedSet(reference, 500, key);
  const distances = yield* pairs(few, few, ({ squaredDistance }) => Math.sqrt(squaredDistance));
  const count = few.shape[0]!;
  const different = distances.filter((_, at) => at % count > Math.floor(at / count)).sort();
  return different[different.length >> 1] || 1;
}
