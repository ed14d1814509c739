import { number } from '../../core/options.js';
import { defineLimit } from '../limit.js';

/**
 * Clean values are clamped to [−range, range].
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { clip } from 'langevin/sampling';
 * clip({ range: 1 }).apply(floats([1, 3], [-2, 0.5, 3]), batchSpace()).data; // → Float32Array.of(-1, 0.5, 1)
 */
export const clip = defineLimit({
  name: 'clip',
  options: {
    range: number({ default: 1, min: 0, max: 1e6, help: 'Largest magnitude a clean value may have.' }),
  },
  apply: ({ denoised, space }, { range }) => space.clamp(denoised, range),
});
