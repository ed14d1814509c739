import { ToolkitError } from '../../../core/errors.js';
import { defineDirection } from '../direction.js';
import { cosine, meanRow } from '../h-space/vectors.js';

/**
 * The mean of what a trained function changes, v = mean of f(h): the implicit function of Asyrp made one direction for
 * all pictures, which its authors found to do the same as the function itself.
 *
 * The function is a small network per attribute, trained through the asymmetric process (`asyrp` in langevin/training).
 * Kwon et al. 2023, arXiv:2210.10960, Sections 3.2 and 5.3.
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { trained } from 'langevin/sampling';
 * const [direction] = await trained().find({
 *   features: floats([2, 2], [1, 2, 3, 4]),
 *   learned: async (h) => floats(h.shape, h.data.map((_, i) => (i % 2 === 0 ? 5 : 0))),
 *   key: key(0),
 * });
 * [...direction!.values]; // → [5, 0]
 */
export const trained = defineDirection({
  name: 'trained',
  needs: 'learned',
  measures: 'the mean cosine between what single pictures get and the direction',
  options: {},
  async find({ features, learned }) {
    const changes = await learned!(features!);
    const [count = 0, size = 0] = changes.shape;
    if (changes.shape.join() !== features!.shape.join()) {
      throw new ToolkitError(
        'shape-mismatch',
        `trained: learned must return [${features!.shape.join(', ')}] as it was given, got [${changes.shape.join(', ')}].`,
      );
    }
    const values = meanRow(changes);
    let agreement = 0;
    for (let row = 0; row < count; row++) {
      agreement += cosine(changes.data.subarray(row * size, (row + 1) * size), values) / count;
    }
    return [{ values, value: agreement }];
  },
});
