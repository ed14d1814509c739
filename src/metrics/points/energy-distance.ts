import { integer } from '../../core/options.js';
import { defineMetric } from '../metric.js';
import { checkSets } from '../sets/check-sets.js';
import { kernelDistance } from '../sets/kernel-distance.js';
import type { PairFunction } from '../sets/pairs.js';
import { thinnedSets } from '../sets/thinned.js';

/** −‖x − y‖: with it the discrepancy is the energy distance. Sejdinovic et al. 2013, arXiv:1207.6076, Section 4.2. */
export const energyKernel: PairFunction = ({ squaredDistance }) => -Math.sqrt(squaredDistance);

/**
 * Energy distance of points, 2·E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖, without bias: 0 on average exactly when both sets come
 * from one distribution. It has no width to choose. The interval is by the bootstrap.
 * Székely & Rizzo 2013, "Energy statistics: a class of statistics based on distances" (JSPI 143:8), Equation 5.
 */
export const energyDistance = defineMetric({
  name: 'energy-distance',
  summary: 'Energy distance of points: zero when both sets are alike, nothing to choose.',
  needs: 'points',
  direction: 'lower',
  options: {
    resamples: integer({ default: 200, min: 0, max: 100_000, help: 'Bootstrap draws for the interval; 0 gives none.' }),
    most: integer({ default: 2000, min: 2, help: 'Points of each set that are used; their square is the work.' }),
  },
  async *measure(given, { resamples, most }) {
    checkSets('energy-distance', given);
    const { n, notes, ...sets } = thinnedSets(given, most);
    const result = yield* kernelDistance({ ...sets, key: given.key, kernel: energyKernel, resamples });
    return { estimates: [{ name: 'energy-distance', ...result, n, direction: 'lower', unit: '' }], notes };
  },
});
