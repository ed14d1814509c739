import { integer } from '../../core/options.js';
import { defineMetric } from '../metric.js';
import { checkSets } from './check-sets.js';
import { kernelDistance } from './kernel-distance.js';
import type { PairFunction } from './pairs.js';
import { thinnedSets } from './thinned.js';

/** k(x, y) = (xᵀy/D + 1)³. Bińkowski et al. 2018, arXiv:1801.01401, Section 4. */
export const cubicKernel: PairFunction = ({ dot, size }) => (dot / size + 1) ** 3;

/**
 * Kernel inception distance: the squared maximum mean discrepancy of features under k(x, y) = (xᵀy/D + 1)³, without
 * bias, so that its expectation does not depend on the number of samples and numbers of different N may be compared.
 * It is 0 on average when both sets are alike, and may then come out negative. The interval is by the bootstrap.
 * Bińkowski et al. 2018, arXiv:1801.01401, Section 4.
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { kid, measured } from 'langevin/metrics';
 * const [reference, samples] = [floats([2, 1], [0, 0]), floats([2, 1], [1, 1])];
 * (await measured(kid().measure({ reference, samples, key: key(0) }))).estimates[0].value; // → 7
 */
export const kid = defineMetric({
  name: 'kid',
  summary: 'Kernel inception distance of features: unbiased, good for few samples.',
  needs: 'features',
  direction: 'lower',
  options: {
    resamples: integer({ default: 200, min: 0, max: 100_000, help: 'Bootstrap draws for the interval; 0 gives none.' }),
    most: integer({ default: 2000, min: 2, help: 'Vectors of each set that are used; their square is the work.' }),
  },
  async *measure(given, { resamples, most }) {
    checkSets('kid', given);
    const { n, notes, ...sets } = thinnedSets(given, most);
    const result = yield* kernelDistance({ ...sets, key: given.key, kernel: cubicKernel, resamples });
    return { estimates: [{ name: 'kid', ...result, n, direction: 'lower', unit: '' }], notes };
  },
});
