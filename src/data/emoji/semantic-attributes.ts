import { defineRegistry } from '../../core/registry.js';
import type { Item } from '../dataset.js';
import { baseOf } from './names.js';

/** Something of a picture that can be edited, and where examples with and without it are found. */
export interface SemanticAttribute {
  /** The attribute of an item that says it, as `kind:value`. */
  readonly attribute: string;
  /** What it is, in words. */
  readonly help: string;
  /** The name of the same figure without it; null where nobody drew one. */
  readonly partner: (name: string) => string | null;
}

const toneOf = (name: string): string => name.slice(baseOf(name).length);

/** A table of names; the skin tone, which names carry at the end, is that of the figure. */
const listed =
  (pairs: Readonly<Record<string, string>>): SemanticAttribute['partner'] =>
  (name) => {
    const base = baseOf(name);
    return Object.hasOwn(pairs, base) ? pairs[base]! + toneOf(name) : null;
  };

const tone = (value: string): SemanticAttribute => ({
  attribute: `tone:${value}`,
  help: `${value.replace('-', ' ')} skin in place of yellow`,
  partner: (name) => (toneOf(name) === `-${value}-skin-tone` ? baseOf(name) : null),
});

const hair = (value: string, suffix: string): SemanticAttribute => ({
  attribute: `hair:${value}`,
  help: suffix.slice(1).replace('-', ' '),
  partner: (name) => (baseOf(name).endsWith(suffix) ? baseOf(name).slice(0, -suffix.length) + toneOf(name) : null),
});

/**
 * The attributes of emoji that have a name of their own in edits: each with the tag it goes by in the data and the
 * pairs of drawings that differ in it alone, or nearly so. Any other tag, such as `who:boy`, can be used by itself, with
 * all pictures that have it against all of which it can be told that they have it not.
 */
export const semanticAttributes = defineRegistry('attribute', {
  smile: {
    attribute: 'mouth:smile',
    help: 'a smile in place of a straight or sad mouth',
    partner: listed({
      'slightly-smiling-face': 'slightly-frowning-face',
      'grinning-face': 'frowning-face-with-open-mouth',
      'relieved-face': 'pensive-face',
      'smiling-face-with-horns': 'angry-face-with-horns',
      'smiling-face-with-smiling-eyes': 'expressionless-face',
      'grinning-face-with-sweat': 'downcast-face-with-sweat',
      'smiling-face-with-tear': 'crying-face',
      'grinning-cat': 'pouting-cat',
    }),
  },
  frown: {
    attribute: 'mouth:frown',
    help: 'the corners of the mouth down',
    partner: listed({
      'slightly-frowning-face': 'neutral-face',
      'frowning-face': 'slightly-smiling-face',
      'disappointed-face': 'relieved-face',
      'crying-face': 'smiling-face-with-tear',
      'angry-face-with-horns': 'smiling-face-with-horns',
    }),
  },
  'open-mouth': {
    attribute: 'mouth:open',
    help: 'an open mouth',
    partner: listed({
      'frowning-face-with-open-mouth': 'frowning-face',
      'face-with-open-mouth': 'neutral-face',
      'grinning-face': 'slightly-smiling-face',
      'grinning-face-with-smiling-eyes': 'smiling-face-with-smiling-eyes',
      'smiling-face-with-heart-eyes': 'smiling-face-with-hearts',
      'loudly-crying-face': 'crying-face',
      'tired-face': 'persevering-face',
      'hushed-face': 'flushed-face',
    }),
  },
  tongue: {
    attribute: 'mouth:tongue',
    help: 'the tongue out',
    partner: listed({
      'face-with-tongue': 'grinning-face',
      'winking-face-with-tongue': 'winking-face',
      'squinting-face-with-tongue': 'grinning-squinting-face',
      'face-savoring-food': 'smiling-face-with-smiling-eyes',
    }),
  },
  'closed-eyes': {
    attribute: 'eyes:closed',
    help: 'eyes closed, as bows or as lines',
    partner: listed({
      'grinning-face-with-smiling-eyes': 'grinning-face',
      'smiling-face-with-smiling-eyes': 'slightly-smiling-face',
      'kissing-face-with-closed-eyes': 'kissing-face',
      'kissing-face-with-smiling-eyes': 'kissing-face',
      'grinning-cat-with-smiling-eyes': 'grinning-cat',
      'expressionless-face': 'neutral-face',
    }),
  },
  glasses: {
    attribute: 'eyes:glasses',
    help: 'glasses, mostly dark ones',
    partner: listed({ 'smiling-face-with-sunglasses': 'slightly-smiling-face', 'nerd-face': 'grinning-face' }),
  },
  tears: {
    attribute: 'with:tears',
    help: 'tears',
    partner: listed({
      'face-with-tears-of-joy': 'grinning-face-with-smiling-eyes',
      'smiling-face-with-tear': 'slightly-smiling-face',
      'crying-face': 'slightly-frowning-face',
      'cat-with-tears-of-joy': 'grinning-cat-with-smiling-eyes',
      'loudly-crying-face': 'weary-face',
    }),
  },
  'skin-tone:light': tone('light'),
  'skin-tone:medium-light': tone('medium-light'),
  'skin-tone:medium': tone('medium'),
  'skin-tone:medium-dark': tone('medium-dark'),
  'skin-tone:dark': tone('dark'),
  woman: {
    attribute: 'who:woman',
    help: 'a woman in place of a man',
    partner: (name) => (/(^|-)woman(-|$)/.test(name) ? name.replace(/(^|-)woman(-|$)/, '$1man$2') : null),
  },
  bald: hair('bald', '-bald'),
  beard: hair('beard', '-beard'),
  'red-hair': hair('red', '-red-hair'),
  'blond-hair': hair('blond', '-blond-hair'),
  'white-hair': hair('white', '-white-hair'),
  'curly-hair': hair('curly', '-curly-hair'),
  old: {
    attribute: 'age:old',
    help: 'an old person in place of a grown one',
    partner: listed({ 'old-man': 'man', 'old-woman': 'woman', 'older-person': 'person' }),
  },
  child: {
    attribute: 'age:child',
    help: 'a child in place of a grown person',
    partner: listed({ boy: 'man', girl: 'woman', child: 'person' }),
  },
} satisfies Record<string, SemanticAttribute>);

export type SemanticAttributeName = keyof typeof semanticAttributes.entries;

/** Positions of a drawing that has an attribute, and of the same figure in the same style without it. */
export interface AttributePair {
  readonly with: number;
  readonly without: number;
}

/** All pairs of a data set that differ in an attribute: same class, and the partner's name. */
export function attributePairs(items: readonly Item[], { partner }: SemanticAttribute): readonly AttributePair[] {
  const places = new Map(items.map(({ label, name }, i) => [`${label} ${name}`, i]));
  return items.flatMap(({ label, name }, i) => {
    const other = partner(name);
    const without = other === null ? undefined : places.get(`${label} ${other}`);
    return without === undefined ? [] : [{ with: i, without }];
  });
}
