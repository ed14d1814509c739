import { uniforms } from '../../../core/random.js';
import { defineLevelSampler } from '../level-sampler.js';

/** Independent and uniform. Ho et al. 2020, arXiv:2006.11239, Algorithm 1. */
export const uniformLevels = defineLevelSampler({
  name: 'uniform',
  options: {},
  draw: ({ key, count }) => ({ times: uniforms(key, count) }),
});
