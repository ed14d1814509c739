import { number } from '../../../core/options.js';
import { gaussians } from '../../../core/random.js';
import { defineLevelSampler } from '../level-sampler.js';

/**
 * t = 1/(1 + e^{−z}), z ~ N(m, s²): most of training in the middle of the noise axis, where there is most to decide.
 * Made for straight paths; the mean says towards which end. Esser et al. 2024, arXiv:2403.03206, Equation 19.
 *
 * @example
 * import { key } from 'langevin/core';
 * import { cosine, grid, logitNormalLevels } from 'langevin/diffusion';
 * const { times } = logitNormalLevels().times({ key: key(0), count: 1000, grid: grid({ schedule: cosine() }) });
 * times.filter((t) => t > 0.25 && t < 0.75).length > 680; // → true
 */
export const logitNormalLevels = defineLevelSampler({
  name: 'logit-normal',
  options: {
    mean: number({
      default: 0,
      min: -10,
      max: 10,
      help: 'Mean m of the logit: below 0 towards data, above towards noise.',
    }),
    deviation: number({ default: 1, min: 0.01, max: 10, help: 'Standard deviation s of the logit.' }),
  },
  draw({ key, count }, { mean, deviation }) {
    const logistic = (z: number): number => Math.min(1 - 2 ** -53, 1 / (1 + Math.exp(-z)));
    return { times: Float64Array.from(gaussians(key, count), (z) => logistic(mean + deviation * z)) };
  },
});
