import { ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';
import { hasAttribute } from '../../data/attributes.js';
import type { DataSet } from '../../data/dataset.js';
import { attributePairs, type SemanticAttribute, semanticAttributes } from '../../data/emoji/semantic-attributes.js';
import type { Split } from '../../data/split.js';

/** A picture without an attribute, and the same figure with it; null where nobody drew it. */
export interface Example {
  readonly without: number;
  readonly with: number | null;
}

/** The pictures that say what an attribute is. */
export interface AttributeExamples {
  /** The tag in the data, `mouth:smile`. */
  readonly tag: string;
  readonly pairs: readonly Example[];
  /** All pictures with it, and all of which it can be told that they have it not. */
  readonly with: readonly number[];
  readonly without: readonly number[];
}

/** The tag and the partners behind a name: `smile`, or any tag of the data by itself. */
export function attributeNamed(name: string, data: DataSet): SemanticAttribute {
  if (Object.hasOwn(semanticAttributes.entries, name)) {
    return (semanticAttributes.entries as Readonly<Record<string, SemanticAttribute>>)[name]!;
  }
  const tags = [...new Set(data.items.flatMap(({ attributes }) => attributes))];
  if (tags.includes(name)) return { attribute: name, help: name, partner: () => null };
  const known = [...semanticAttributes.names, ...tags];
  throw new ToolkitError(
    'unknown-attribute',
    `Unknown attribute "${name}".${didYouMean(name, known)} Known: ${semanticAttributes.names.join(', ')}, and the tags of ${data.name}.`,
  );
}

/** Examples of an attribute on one side of the data. */
export function examplesOf(name: string, data: DataSet, side: Split | 'all'): AttributeExamples {
  const attribute = attributeNamed(name, data);
  const { items } = data;
  const mine = (i: number): boolean => side === 'all' || items[i]!.split === side;
  const told = items.map((item, i) => (mine(i) ? hasAttribute(item, attribute.attribute) : null));
  const at = (value: boolean): readonly number[] => told.flatMap((has, i) => (has === value ? [i] : []));
  const pairs = attributePairs(items, attribute).filter((pair) => mine(pair.with) && mine(pair.without));
  return { tag: attribute.attribute, pairs, with: at(true), without: at(false) };
}
