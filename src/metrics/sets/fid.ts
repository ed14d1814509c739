import { defineMetric } from '../metric.js';
import { checkSets, sizesOf } from './check-sets.js';
import { frechetDistance, momentsOf } from './moments.js';

/**
 * Fréchet inception distance: how far apart two sets of features are when each is taken for a Gaussian,
 *
 *   ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2·(C₁·C₂)^{½}).
 *
 * Zero for equal moments. It is biased upwards, by about (D + D·(D + 1)/4)·(1/N + 1/M) for D independent features of
 * variance 1, so compare numbers of equal N alone, and of one feature network alone; for few samples take `kid`. No interval
 * is given: resampling would add the bias once more.
 * Heusel et al. 2017, arXiv:1706.08500, Equation 6; the bias: Chong & Forsyth 2020, arXiv:1911.07023, Section 3.
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { fid, measured } from 'langevin/metrics';
 * const [reference, samples] = [floats([2, 1], [-1, 1]), floats([2, 1], [2, 6])];
 * (await measured(fid().measure({ reference, samples, key: key(0) }))).estimates[0].value; // → 18
 */
export const fid = defineMetric({
  name: 'fid',
  summary: 'Fréchet distance of features taken for Gaussians; biased for few samples.',
  needs: 'features',
  direction: 'lower',
  options: {},
  async *measure({ reference, samples }) {
    checkSets('fid', { reference, samples });
    const [[n, size], [m]] = [sizesOf(reference), sizesOf(samples)];
    yield { done: 0, total: 3 };
    const first = momentsOf(reference);
    yield { done: 1, total: 3 };
    const second = momentsOf(samples);
    yield { done: 2, total: 3 };
    const value = frechetDistance(first, second);
    const few = Math.min(n, m);
    const notes =
      few <= size
        ? [`N = ${few} is not more than the ${size} features: the covariance is singular and fid far too large`]
        : few < 10 * size
          ? [`N = ${few} is little for ${size} features: fid is biased upwards, compare numbers of this N alone`]
          : [];
    return { estimates: [{ name: 'fid', value, interval: null, n: few, direction: 'lower', unit: '' }], notes };
  },
});
