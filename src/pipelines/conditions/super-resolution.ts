import { ToolkitError } from '../../core/errors.js';
import { integer } from '../../core/options.js';
import { averagePool } from '../../sampling/index.js';
import { defineModelCondition, withPresence } from './model-condition.js';

/**
 * The picture at less resolution, its blocks k × k pixels large: y = k²·Aᵀ·A·x with A the mean of every block, and a channel
 * of ones. Saharia et al. 2022, "Image Super-Resolution via Iterative Refinement" (arXiv:2104.07636), Section 2.4.
 */
export const superResolution = defineModelCondition({
  name: 'image:super-resolution',
  summary: 'The picture at a fraction of its resolution.',
  kind: 'image',
  options: {
    factor: integer({ default: 4, min: 2, max: 64, help: 'How many times smaller the picture is.' }),
  },
  settle({ channels, size }, { factor }) {
    if (size % factor === 0) return { width: channels + 1, names: null };
    throw new ToolkitError(
      'bad-option',
      `image:super-resolution: factor must divide the side of the pictures, got ${factor} and ${size}.`,
    );
  },
  of({ x }, _, { factor }) {
    const pool = averagePool({ factor });
    const spread = pool.adjoint(pool.apply(x), x.shape);
    return withPresence({ ...spread, data: spread.data.map((value) => value * factor * factor) });
  },
});
