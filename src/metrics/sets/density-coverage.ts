import { integer } from '../../core/options.js';
import { defineMetric } from '../metric.js';
import { checkSets } from './check-sets.js';
import { neighbourhoods, wilson } from './neighbours.js';
import { thinnedSets } from './thinned.js';

/**
 * Density, how many of the reference's balls a sample lies in compared with what is expected of the data itself, and
 * coverage, the share of these balls that hold a sample. Single outliers of the samples do not raise them, which they do
 * with precision and recall. Naeem et al. 2020, arXiv:2002.09797, Equations 3–4.
 *
 *   density = 1/(k·M)·Σ_j Σ_i 1[y_j ∈ B_k(x_i)],   coverage = 1/N·Σ_i 1[some y_j ∈ B_k(x_i)]
 */
export const densityCoverage = defineMetric({
  name: 'density-coverage',
  summary: 'How densely samples lie in the data and how much of it they cover, by nearest neighbours.',
  needs: 'features',
  direction: 'higher',
  options: {
    k: integer({ default: 5, min: 1, max: 1000, help: 'Which nearest neighbour bounds the ball around a vector.' }),
    most: integer({ default: 5000, min: 2, help: 'Vectors of each set that are used; their square is the work.' }),
  },
  async *measure(given, { k, most }) {
    checkSets('density-coverage', given, k + 1);
    const sets = thinnedSets(given, most);
    const { between, reference, n, m } = yield* neighbourhoods(sets, k);
    let [inside, covered] = [0, 0];
    for (let i = 0; i < n; i++) {
      const before = inside;
      for (let j = 0; j < m; j++) if (between[i * m + j]! <= reference[i]!) inside += 1;
      if (inside > before) covered += 1;
    }
    const of = { direction: 'higher', unit: '' } as const;
    return {
      estimates: [
        { name: 'density', value: inside / (k * m), interval: null, n: m, ...of },
        { name: 'coverage', value: covered / n, interval: wilson(covered / n, n), n, ...of },
      ],
      notes: sets.notes,
    };
  },
});
