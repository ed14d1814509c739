import { ToolkitError } from '../../core/errors.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { logSoftmax, mul, neg, sum } from '../../graph/index.js';
import type { ClassifierTarget } from './target.js';

/**
 * One class of several: cross-entropy −Σ_k y_k·ln softmax(F(x))_k. A picture without a class has nothing to say.
 *
 * @example
 * import { classTarget } from 'langevin/training';
 * const item = { name: '', label: 1, caption: '', attributes: [], split: 'train', mirrorable: true } as const;
 * [...classTarget({ classes: ['cat', 'dog'] }).feeds([item]).target.data]; // → [0, 1]
 */
export function classTarget({ classes }: { readonly classes: readonly string[] }): ClassifierTarget {
  return Object.freeze<ClassifierTarget>({
    name: 'class',
    names: classes,
    inputs: ['target'],
    tells: ({ label }) => label >= 0,
    feeds: (items) => ({
      target: oneHot(
        items.map(({ label }) => label),
        classes.length,
      ),
    }),
    losses: (logits, fed) => neg(sum(mul(fed('target'), logSoftmax(logits)), { axes: [1] })),
    scores({ logits, items }) {
      const right = logits.filter((row, i) => largest(row) === items[i]!.label).length;
      return { accuracy: right / logits.length };
    },
  });
}

/** The one-hot rows of some labels, [B, K]; a label below 0 gives a row of zeros. */
export function oneHot(labels: ArrayLike<number>, classes: number): HostArray<'float32'> {
  const out = floats([labels.length, classes]);
  for (const [row, label] of Array.from(labels).entries()) {
    if (label >= classes) {
      throw new ToolkitError('bad-label', `oneHot: labels must be below ${classes}, got ${label}.`);
    }
    if (label >= 0) out.data[row * classes + label] = 1;
  }
  return out;
}

/** Where the largest of some numbers stands. */
function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
