import { ToolkitError } from '../../core/errors.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { didYouMean } from '../../core/text.js';
import { hasAttribute } from '../../data/index.js';
import { defineModelCondition } from './model-condition.js';

/**
 * Attributes of a picture as a vector: a_k = 1 where it has attribute k, −1 where it has it not, 0 where that cannot be told
 * or is not said. So a picture can be asked for with an attribute, without it, and either way.
 *
 * @example
 * import { conditions } from 'langevin/pipelines';
 * const subject = { channels: 3, size: 8, attributes: ['tone:dark', 'tone:light', 'mouth:smile'] };
 * const { config } = conditions.entries.attributes.create(subject);
 * config.width; // → 3
 */
export const attributes = defineModelCondition({
  name: 'attributes',
  summary: 'Attributes of the data, each there, not there, or not said.',
  kind: 'vector',
  options: {},
  settle({ attributes: names }) {
    if (names.length > 0) return { width: names.length, names };
    throw new ToolkitError('bad-data', 'attributes: the data has no attributes to be told. Use another condition.');
  },
  of({ items }, { width, names }) {
    const out = floats([items.length, width]);
    for (const [b, item] of items.entries()) {
      for (const [k, name] of names!.entries()) {
        const has = hasAttribute(item, name);
        out.data[b * width + k] = has === null ? 0 : has ? 1 : -1;
      }
    }
    return out;
  },
});

/** One attribute that is asked for, or that must not be there. */
export interface AskedAttribute {
  readonly name: string;
  readonly there: boolean;
}

/** What asks a model for some attributes and leaves the others open: [1, K]. */
export function attributeRow(names: readonly string[], asked: readonly AskedAttribute[]): HostArray<'float32'> {
  const row = floats([1, names.length]);
  for (const { name, there } of asked) {
    const at = names.indexOf(name);
    if (at < 0) {
      const known = `${didYouMean(name, names)} Known: ${names.join(', ')}`;
      throw new ToolkitError('unknown-attribute', `Unknown attribute "${name}".${known}.`);
    }
    row.data[at] = there ? 1 : -1;
  }
  return row;
}
