import { show, ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';
import { hasAttribute } from '../../data/attributes.js';
import type { DataSet } from '../../data/dataset.js';
import { baseOf } from '../../data/emoji/names.js';
import { attributePairs, type SemanticAttribute, semanticAttributes } from '../../data/emoji/semantic-attributes.js';
import type { Split } from '../../data/split.js';
import { usageError } from '../parse.js';

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
  /** Pairs of figures that are not learnt from. */
  readonly leftOut: readonly Example[];
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

/** One part of the figures that an attribute makes, in `of` parts. */
export interface LeaveOut {
  readonly part: number;
  readonly of: number;
}

/** `0/3`: the first of every three figures. */
export function parseLeaveOut(text: string | null): LeaveOut | null {
  if (text === null) return null;
  const [part = NaN, of = NaN] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : [];
  if (part < of && of > 1) return { part, of };
  throw usageError(`directions: --leave-out is a part of the figures, as 0/3, 1/3 or 2/3, got ${show(text)}.`);
}

/**
 * Examples of an attribute on one side of the data. A figure is a name in all styles and skin tones (`man-beard`); of those
 * with a partner, in the order of their names, every `of`-th from `part` on is left out with its partners.
 */
export function examplesOf(
  name: string,
  data: DataSet,
  side: Split | 'all',
  leaveOut: LeaveOut | null = null,
): AttributeExamples {
  const attribute = attributeNamed(name, data);
  const { items } = data;
  const mine = (i: number): boolean => side === 'all' || items[i]!.split === side;
  const all = attributePairs(items, attribute).filter((pair) => mine(pair.with) && mine(pair.without));
  const figureOf = (pair: Example): string => baseOf(items[pair.with!]!.name);
  const figures = [...new Set(all.map(figureOf))].sort();
  const isLeft = (pair: Example): boolean =>
    leaveOut !== null && figures.indexOf(figureOf(pair)) % leaveOut.of === leaveOut.part;
  const leftOut = all.filter(isLeft);
  const hidden = new Set(leftOut.flatMap((pair) => [pair.with, pair.without]));
  const told = items.map((item, i) => (mine(i) && !hidden.has(i) ? hasAttribute(item, attribute.attribute) : null));
  const at = (value: boolean): readonly number[] => told.flatMap((has, i) => (has === value ? [i] : []));
  const pairs = all.filter((pair) => !hidden.has(pair.with) && !hidden.has(pair.without));
  return { tag: attribute.attribute, pairs, leftOut, with: at(true), without: at(false) };
}
