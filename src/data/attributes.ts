import type { DataSet, Item } from './dataset.js';

/** The part of `tone:dark` before the colon. */
export const kindOf = (attribute: string): string => attribute.slice(0, Math.max(0, attribute.indexOf(':')));

/**
 * Whether a picture has an attribute: true, false, or null where its kind means nothing there, as a skin tone means
 * nothing of a fruit.
 *
 * @example
 * import { hasAttribute } from 'langevin/data';
 * const dark = { attributes: ['tone:dark'] };
 * [hasAttribute(dark, 'tone:dark'), hasAttribute(dark, 'tone:light'), hasAttribute(dark, 'mouth:smile')]; // → [true, false, null]
 */
export function hasAttribute({ attributes, kinds }: Pick<Item, 'attributes' | 'kinds'>, name: string): boolean | null {
  if (attributes.includes(name)) return true;
  const kind = kindOf(name);
  return (kinds ?? attributes.map(kindOf)).includes(kind) ? false : null;
}

export interface AttributeCount {
  readonly name: string;
  /** Pictures that have it. */
  readonly present: number;
  /** Pictures of which it can be told that they have it not. */
  readonly absent: number;
}

/** How many of some pictures have each attribute and how many have it not, by name in alphabetical order. */
export function countAttributes(data: DataSet, indices: ArrayLike<number>): readonly AttributeCount[] {
  const items = Array.from(indices, (i) => data.items[i]!);
  const applicable = new Map<string, number>();
  const present = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { attributes, kinds } of items) {
    for (const name of attributes) add(present, name);
    for (const kind of new Set([...(kinds ?? []), ...attributes.map(kindOf)])) add(applicable, kind);
  }
  return [...present]
    .map(([name, count]) => ({ name, present: count, absent: applicable.get(kindOf(name))! - count }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The attributes of which some pictures hold at least `least` with and `least` without, in alphabetical order. */
export const frequentAttributes = (data: DataSet, indices: ArrayLike<number>, least: number): readonly string[] =>
  countAttributes(data, indices)
    .filter(({ present, absent }) => present >= least && absent >= least)
    .map(({ name }) => name);
