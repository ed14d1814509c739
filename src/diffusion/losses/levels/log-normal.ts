import { number } from '../../../core/options.js';
import { gaussians } from '../../../core/random.js';
import { defineLevelSampler } from '../level-sampler.js';

/**
 * ln σ ~ N(m, s²), with σ the noise at α = 1, whatever the schedule: the training index next to it. Levels beyond the
 * ends of the grid count as its ends. Goes with the `edm` weighting. Karras et al. 2022, arXiv:2206.00364, Table 1.
 *
 * @example
 * import { key } from 'langevin/core';
 * import { cosine, grid, logNormalLevels } from 'langevin/diffusion';
 * const training = grid({ schedule: cosine() });
 * const { indices } = logNormalLevels({ deviation: 0.01 }).levels({ key: key(0), count: 1, grid: training });
 * const { alpha, sigma } = training.level(indices[0] ?? 0);
 * Math.abs(Math.log(sigma / alpha) + 1.2) < 0.1; // → true
 */
export const logNormalLevels = defineLevelSampler({
  name: 'log-normal',
  options: {
    mean: number({ default: -1.2, min: -20, max: 20, help: 'Mean m of ln σ.' }),
    deviation: number({ default: 1.2, min: 0.001, max: 20, help: 'Standard deviation s of ln σ.' }),
  },
  draw({ key, count, grid }, { mean, deviation }) {
    const last = grid.count - 1;
    const nearest = (sigma: number): number => Math.min(last, Math.round(grid.indexOf({ alpha: 1, sigma })));
    const draws = gaussians(key, count);
    return { times: Float64Array.from(draws, (z) => (nearest(Math.exp(mean + deviation * z)) + 0.5) / grid.count) };
  },
});
