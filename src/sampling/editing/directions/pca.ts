import { integer } from '../../../core/options.js';
import { defineDirection } from '../direction.js';
import { singularVectors } from '../h-space/singular-vectors.js';
import { meanRow, scale, timesColumns, timesRows } from '../h-space/vectors.js';

/**
 * The directions in which features vary most, without labels: eigenvectors of the covariance, by subspace iteration.
 *
 *   (1/N)·Σ (h − μ)(h − μ)ᵀ·v = s²·v,     strength 1 is one standard deviation s
 *
 * What they mean is to be looked at afterwards; the first ones are coarse, such as size, background and brightness.
 * Their sign is that of their largest entry, so that runs agree. Härkönen et al. 2020 (arXiv:2004.02546), Section 2; in
 * h-space Haas et al. 2023 (arXiv:2303.11073), Section 4.1.
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { pca } from 'langevin/sampling';
 * const [first] = await pca({ count: 1 }).find({ features: floats([4, 2], [3, 0, -3, 0, 0, 1, 0, -1]), key: key(0) });
 * first!.value.toFixed(6); // → '2.121320'
 */
export const pca = defineDirection({
  name: 'pca',
  needs: 'features',
  measures: 'the standard deviation along it',
  options: {
    count: integer({ default: 8, min: 1, max: 256, help: 'Directions wanted, the widest first.' }),
    iterations: integer({ default: 200, min: 1, max: 10000, help: 'Rounds of the iteration at most.' }),
  },
  async find({ features, key }, { count, iterations }) {
    const [rows = 0, size = 0] = features!.shape;
    const mean = meanRow(features!);
    const found = await singularVectors({
      size,
      count: Math.min(count, size, rows),
      iterations,
      tolerance: 1e-9,
      key,
      apply: async (v) => scale(1 / Math.sqrt(rows), timesRows(features!, v, mean)),
      transpose: async (u) => scale(1 / Math.sqrt(rows), timesColumns(features!, u, mean)),
    });
    return found.map(({ vector, value }) => ({ values: scale(value, vector), value }));
  },
});
