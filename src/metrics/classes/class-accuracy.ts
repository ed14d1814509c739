import { ToolkitError } from '../../core/errors.js';
import { integer } from '../../core/options.js';
import { defineMetric, type Estimate, type Judged } from '../metric.js';
import { wilson } from '../sets/neighbours.js';

/**
 * Class accuracy: the share of samples that a judge takes for the class they were to be.
 *
 *   #{i : y_i among the `top` largest F_k(x_i)} / N,   with Wilson's interval
 *
 * It says whether the class was followed and nothing about variety: with more guidance it rises where recall falls. The
 * other way round, a classifier trained on samples and asked about data, is the score of Ravuri & Vinyals 2019,
 * arXiv:1905.10887, Section 3. The judge must not be the classifier that guided. Its own accuracy on true data is told
 * beside it: a value above that says that samples are more typical than the data.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { classAccuracy, measured } from 'langevin/metrics';
 * const samples = { logits: floats([2, 2], [3, 1, 0, -1]), wanted: [0, 1] };
 * (await measured(classAccuracy().measure({ samples, reference: null }))).estimates[0].value; // → 0.5
 */
export const classAccuracy = defineMetric({
  name: 'class-accuracy',
  summary: 'Share of samples that a judge takes for the class they were to be.',
  needs: 'classes',
  direction: 'higher',
  options: {
    top: integer({ default: 1, min: 1, help: 'How many of the likeliest classes count as right.' }),
  },
  async *measure({ samples, reference }, { top }) {
    yield { done: 0, total: 1 };
    const estimate = (name: string, judged: Judged): Estimate => {
      const { share, n } = shareOfRight(judged, top);
      return { name, value: share, interval: wilson(share, n), n, direction: 'higher', unit: '' };
    };
    const classes = samples.logits.shape[1]!;
    return {
      estimates: [
        estimate('class-accuracy', samples),
        ...(reference ? [estimate('class-accuracy of the data', reference)] : []),
      ],
      notes: [`class-accuracy: guessing is right in ${Number(((100 * top) / classes).toPrecision(2))} % of cases`],
    };
  },
});

/** How many rows have their wanted output among the `top` largest; equal ones count against it, and so does NaN. */
function shareOfRight({ logits, wanted }: Judged, top: number): { readonly share: number; readonly n: number } {
  const [n = 0, classes = 0] = logits.shape;
  if (n === 0 || n !== wanted.length) {
    throw new ToolkitError(
      'bad-sets',
      `class-accuracy: ${n} rows of logits need as many wanted classes, got ${wanted.length}.`,
    );
  }
  let right = 0;
  for (let row = 0; row < n; row++) {
    const values = logits.data.subarray(row * classes, (row + 1) * classes);
    const own = values[wanted[row]!];
    if (own === undefined) {
      throw new ToolkitError(
        'bad-label',
        `class-accuracy: a judge of ${classes} classes has no output ${wanted[row]}.`,
      );
    }
    if (values.filter((value) => !(value < own)).length <= top) right += 1;
  }
  return { share: right / n, n };
}
