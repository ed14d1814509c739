import { uniform } from '../../../core/random.js';
import { defineLevelSampler } from '../level-sampler.js';

/**
 * t_b = (u + b)/B with one u for the batch: each t is uniform, and together they are spread evenly, which takes most of
 * the variance out of the batch loss. Kingma et al. 2021, arXiv:2107.00630, Appendix I.1.
 *
 * @example
 * import { key } from 'langevin/core';
 * import { cosine, grid, stratifiedLevels } from 'langevin/diffusion';
 * const [a, b] = stratifiedLevels().times({ key: key(0), count: 2, grid: grid({ schedule: cosine() }) }).times;
 * b - a; // → 0.5
 */
export const stratifiedLevels = defineLevelSampler({
  name: 'stratified',
  options: {},
  draw({ key, count }) {
    const u = uniform(key);
    return { times: Float64Array.from({ length: count }, (_, b) => (u + b) / count) };
  },
});
