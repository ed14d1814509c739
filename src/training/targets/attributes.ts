import { ToolkitError } from '../../core/errors.js';
import { floats } from '../../core/host-array.js';
import { type AttributeCount, hasAttribute, type Item } from '../../data/index.js';
import { add, mul, neg, softplus, sum } from '../../graph/index.js';
import { averagePrecision, balancedAccuracy } from './scores.js';
import type { AttributeScore, ClassifierTarget } from './target.js';

/** Largest factor by which a rare attribute counts for more, and smallest by which a usual one counts for less. */
const mostWeight = 10;

export interface AttributesTargetOptions {
  /** The attributes told, with how often training pictures have them and have them not. */
  readonly attributes: readonly AttributeCount[];
}

/**
 * Several attributes at once, each there or not there: binary cross-entropy
 *
 *   L = 1/M·Σ_k m_k·[w_k·y_k·softplus(−F_k) + (1 − y_k)·softplus(F_k)],   w_k = absent_k/present_k, in [1/10, 10]
 *
 * with y_k = 1 where the picture has attribute k, m_k = 0 where k's kind means nothing for the picture, and M = Σ m_k. The
 * weight w_k makes pictures with and without a rare attribute count alike, which is how balanced accuracy sees them; it
 * shifts F_k by ln w_k against the log-odds in the data.
 *
 * @example
 * import { attributesTarget } from 'langevin/training';
 * const target = attributesTarget({ attributes: [{ name: 'tone:dark', present: 10, absent: 40 }] });
 * const item = { name: '', label: 0, caption: '', attributes: ['tone:dark'], split: 'train', mirrorable: true } as const;
 * [...target.feeds([item]).present.data]; // → [4]
 */
export function attributesTarget({ attributes }: AttributesTargetOptions): ClassifierTarget {
  const names = attributes.map(({ name }) => name);
  if (names.length === 0) {
    throw new ToolkitError(
      'bad-data',
      'attributesTarget: there is no attribute to tell. Name others, or take more data.',
    );
  }
  const weights = attributes.map(({ present, absent }) =>
    Math.min(mostWeight, Math.max(1 / mostWeight, absent / Math.max(1, present))),
  );
  const row = (item: Item): readonly (boolean | null)[] => names.map((name) => hasAttribute(item, name));
  return Object.freeze<ClassifierTarget>({
    name: 'attributes',
    names,
    inputs: ['present', 'absent'],
    tells: (item) => row(item).some((has) => has !== null),
    feeds(items) {
      const [present, absent] = [floats([items.length, names.length]), floats([items.length, names.length])];
      for (const [b, item] of items.entries()) {
        const known = row(item);
        const m = known.filter((has) => has !== null).length;
        for (const [k, has] of known.entries()) {
          if (has === true) present.data[b * names.length + k] = weights[k]! / m;
          if (has === false) absent.data[b * names.length + k] = 1 / m;
        }
      }
      return { present, absent };
    },
    losses: (logits, fed) =>
      sum(add(mul(fed('present'), softplus(neg(logits))), mul(fed('absent'), softplus(logits))), { axes: [1] }),
    scores({ logits, items }) {
      const scored = names.map((name, k): AttributeScore => {
        const known = items.flatMap((item, i) => {
          const has = hasAttribute(item, name);
          return has === null ? [] : [{ score: logits[i]![k]!, has }];
        });
        const present = known.filter(({ has }) => has).length;
        return {
          ...{ name, present, absent: known.length - present },
          averagePrecision: averagePrecision(known),
          balancedAccuracy: balancedAccuracy(known),
        };
      });
      const measured = scored.flatMap(({ balancedAccuracy: value }) => (value === null ? [] : [value]));
      return { accuracy: measured.reduce((a, b) => a + b, 0) / measured.length, attributes: scored };
    },
  });
}
