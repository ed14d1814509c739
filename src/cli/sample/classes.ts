import { show, ToolkitError } from '../../core/errors.js';
import { closest } from '../../core/text.js';
import type { Condition } from '../../pipelines/index.js';
import { flagOf } from '../parse.js';

/** Who speaks, and of which option, where a class is not known. */
export interface Asking {
  /** The command; sample unless told. */
  readonly owner?: string;
  /** The option in camel case; class unless told. */
  readonly option?: string;
}

/**
 * What `--class` asks for, one entry for each comma: whole names, the parts of names between slashes, numbers, or all;
 * several joined by & are composed, ! in front says not, and a number and * how much.
 */
export function parseConditions(
  text: string,
  classes: readonly string[] | null,
  asking: Asking = {},
): readonly (readonly Condition[])[] {
  if (text === 'all' || classes === null) return parseClasses(text, classes, asking).map(plain);
  return text.split(',').flatMap((entry) => {
    const isName = classes.some((name) => name.toLowerCase() === entry.trim().toLowerCase());
    if (isName || !/[&!*]/.test(entry)) return labelsOf(entry.trim(), classes, asking).map(plain);
    return [entry.split('&').map((term) => condition(term.trim(), classes, asking))];
  });
}

const plain = (label: number): readonly Condition[] => [{ label, weight: 1 }];

/** `NAME`, `0.5*NAME`, `!NAME` or `!0.5*NAME`. */
function condition(term: string, classes: readonly string[], asking: Asking): Condition {
  const { owner = 'sample' } = asking;
  const [, not, factor, name = ''] = /^(!?)\s*(?:(-?[\d.]+)\s*\*)?\s*(.*)$/.exec(term)!;
  const weight = (not === '!' ? -1 : 1) * Number(factor ?? 1);
  if (!Number.isFinite(weight) || name === '') {
    throw new ToolkitError(
      'unknown-class',
      `${owner}: what --class joins by & must be NAME, !NAME or WEIGHT*NAME, got ${show(term)}.`,
    );
  }
  const labels = labelsOf(name, classes, asking);
  if (labels.length === 1) return { label: labels[0]!, weight };
  throw new ToolkitError(
    'unknown-class',
    `${owner}: what is joined by & must be one class each, and ${show(name)} is ${labels.length}. Name one of them.`,
  );
}

/** The labels that a list of names stands for: whole names, the parts of names between slashes, numbers, or all. */
export function parseClasses(text: string, classes: readonly string[] | null, asking: Asking = {}): readonly number[] {
  const { owner = 'sample', option = 'class' } = asking;
  if (classes === null) {
    throw new ToolkitError(
      'unknown-class',
      `${owner}: this model has no classes, got ${flagOf(option)} ${show(text)}. Leave it out.`,
    );
  }
  if (text === 'all') return classes.map((_, label) => label);
  return text.split(',').flatMap((entry) => labelsOf(entry.trim(), classes, asking));
}

function labelsOf(entry: string, classes: readonly string[], { owner = 'sample' }: Asking): readonly number[] {
  const same = (name: string): boolean => name.toLowerCase() === entry.toLowerCase();
  const whole = classes.findIndex(same);
  if (whole >= 0) return [whole];
  if (/^\d+$/.test(entry)) {
    const label = Number(entry);
    if (label < classes.length) return [label];
    throw new ToolkitError('unknown-class', `${owner}: classes are numbered 0 to ${classes.length - 1}, got ${entry}.`);
  }
  const parts = classes.flatMap((name, label) => (name.split('/').some(same) ? [label] : []));
  if (parts.length > 0) return parts;
  const shown =
    classes.length > 12 ? `${classes.slice(0, 12).join(', ')}, … ${classes.length} in all` : classes.join(', ');
  throw new ToolkitError('unknown-class', `Unknown class ${show(entry)}.${nearest(entry, classes)} Known: ${shown}.`);
}

/**
 * The whole name, or part of one between slashes, that is most like an entry; what comes before a hyphen stands for all
 * of it, so that `noto/smilies` finds `noto/smileys-emotion`.
 */
function nearest(entry: string, classes: readonly string[]): string {
  const names = new Set([...classes, ...classes.flatMap((name) => name.split('/'))]);
  const beginnings = new Map<string, string>();
  for (const name of names) {
    const words = name.split('-');
    for (let i = 1; i < words.length; i++) beginnings.set(words.slice(0, i).join('-'), name);
  }
  const near = closest(entry, [...names]) ?? closest(entry, [...beginnings.keys()]);
  return near === undefined ? '' : ` Did you mean ${show(beginnings.get(near) ?? near)}?`;
}

/** One entry a picture: the wanted ones in equal runs, in order. */
export const spread = <T>(wanted: readonly T[], count: number): readonly T[] =>
  Array.from({ length: count }, (_, i) => wanted[Math.floor((i * wanted.length) / count)]!);
