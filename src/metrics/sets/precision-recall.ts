import { integer } from '../../core/options.js';
import { defineMetric } from '../metric.js';
import { checkSets } from './check-sets.js';
import { neighbourhoods, wilson } from './neighbours.js';
import { thinnedSets } from './thinned.js';

/**
 * Precision, the share of samples that lie within the reference, and recall, the share of the reference that lies within
 * the samples. A vector lies within a set when it is nearer to some member than that member's k-th nearest neighbour.
 * Low precision means bad samples, low recall means that kinds of data are missing. The intervals (Wilson's) take the
 * balls for given. Kynkäänniemi et al. 2019, arXiv:1904.06991, Equations 1–2.
 */
export const precisionRecall = defineMetric({
  name: 'precision-recall',
  summary: 'Share of samples within the data, and of data within the samples, by nearest neighbours.',
  needs: 'features',
  direction: 'higher',
  options: {
    k: integer({ default: 3, min: 1, max: 1000, help: 'Which nearest neighbour bounds the ball around a vector.' }),
    most: integer({ default: 5000, min: 2, help: 'Vectors of each set that are used; their square is the work.' }),
  },
  async *measure(given, { k, most }) {
    checkSets('precision-recall', given, k + 1);
    const sets = thinnedSets(given, most);
    const { between, reference, samples, n, m } = yield* neighbourhoods(sets, k);
    const [precise, recalled] = [new Uint8Array(m), new Uint8Array(n)];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const distance = between[i * m + j]!;
        if (distance <= reference[i]!) precise[j] = 1;
        if (distance <= samples[j]!) recalled[i] = 1;
      }
    }
    const estimate = (name: string, inside: Uint8Array) => {
      const value = inside.reduce((sum, one) => sum + one, 0) / inside.length;
      const interval = wilson(value, inside.length);
      return { name, value, interval, n: inside.length, direction: 'higher', unit: '' } as const;
    };
    return { estimates: [estimate('precision', precise), estimate('recall', recalled)], notes: sets.notes };
  },
});
