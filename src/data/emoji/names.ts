import type { Group } from './catalogue.js';

/**
 * Names differ between the packages; here every emoji has one, that of the newest Noto package with the skin tones
 * moved to the end. `nameOf` gives it, `baseOf` takes the skin tones off, and `familyOf` also what makes a woman, man
 * or person, a hair style or a direction of the same picture: the family is what the split goes by.
 */

const tones = ['medium-light', 'medium-dark', 'light', 'medium', 'dark'] as const;
const tonePattern = new RegExp(`-(${tones.join('|')})-skin-tone`, 'g');
const bareTonePattern = new RegExp(`-(${tones.join('|')})$`);

/** What other packages call an emoji → what Noto calls it. */
const renamed: Readonly<Record<string, string>> = {
  blackbird: 'black-bird',
  'direct-hit': 'bullseye',
  'dizzy-face': 'face-with-crossed-out-eyes',
  'exclamation-mark': 'red-exclamation-mark',
  'hugging-face': 'smiling-face-with-open-hands',
  'keycap-hashtag': 'keycap-pound',
  'knocked-out-face': 'face-with-crossed-out-eyes',
  'man-blonde-hair': 'man-blond-hair',
  'man-deaf': 'deaf-man',
  'man-merpeople': 'merman',
  'man-with-bunny-ears': 'men-with-bunny-ears',
  'man-wrestling': 'men-wrestling',
  'on-arrow': 'on-exclamation-arrow',
  'person-blonde-hair': 'person-blond-hair',
  'person-deaf': 'deaf-person',
  'person-elf': 'elf',
  'person-fairy': 'fairy',
  'person-genie': 'genie',
  'person-mage': 'mage',
  'person-merpeople': 'merperson',
  'person-superhero': 'superhero',
  'person-supervillain': 'supervillain',
  'person-vampire': 'vampire',
  'person-with-bunny-ears': 'people-with-bunny-ears',
  'person-wrestling': 'people-wrestling',
  'person-zombie': 'zombie',
  'phoenix-bird': 'phoenix',
  piata: 'pinata',
  pistol: 'water-pistol',
  'pouting-face': 'enraged-face',
  'question-mark': 'red-question-mark',
  'red-triangle': 'red-triangle-pointed-up',
  'up-button': 'up-exclamation-button',
  'woman-blonde-hair': 'woman-blond-hair',
  'woman-deaf': 'deaf-woman',
  'woman-merpeople': 'mermaid',
  'woman-with-bunny-ears': 'women-with-bunny-ears',
  'woman-wrestling': 'women-wrestling',
};

/** The one name of an icon: `man-bald-medium` and `man-medium-skin-tone-bald` are `man-bald-medium-skin-tone`. */
export function nameOf(icon: string, group: Group): string {
  const found = [...icon.matchAll(tonePattern)].map((match) => match[1]!);
  let base = icon.replace(tonePattern, '').replace(/^flag-for-flag-/, 'flag-');
  const bare = group === 'people-body' ? bareTonePattern.exec(base) : null; // Fluent leaves the words "skin tone" out
  if (bare) {
    found.push(bare[1]!);
    base = base.slice(0, bare.index);
  }
  return [renamed[base] ?? base, ...found.map((tone) => `${tone}-skin-tone`)].join('-');
}

/** The name without skin tones. */
export const baseOf = (name: string): string => name.replace(tonePattern, '');

const persons = new Set(['man', 'woman', 'men', 'women', 'person', 'people', 'boy', 'girl']);
const directions = new Set(['left', 'right', 'leftwards', 'rightwards', 'facing']);
const hair = /-(red|curly|white|blond)-hair|-bald|-beard/g;

/** Names that differ by more than a word and are drawn alike, at least in one style, and what they share. */
const relatives: readonly (readonly [RegExp, string])[] = [
  [/^family\b.*/, 'family'],
  [/^mer(maid|man|person)$/, 'merperson'],
  [/^older-person$/, 'old'],
  [/^(mrs|mx|santa)-claus$/, 'claus'],
  [/^prince(ss)?$/, 'prince'],
  [/^(?:man|woman|person)-(pouting|frowning)$/, 'frowning'],
  [/^cat-face$/, 'grinning-cat'],
  [/.*-(oclock|thirty)$/, 'clock-face'],
  [/^(dollar|euro|pound|yen)-banknote$/, 'banknote'],
  [/^star-of-david$/, 'dotted-six-pointed-star'],
  [/^flag-ceuta-and-melilla$/, 'flag-spain'],
  [/^black-medium-square$/, 'white-square-button'],
];

/** What all variants of one picture share; `person` for the people who are nothing else. */
export function familyOf(name: string): string {
  const base = baseOf(name).replace(hair, '').replace('woman-and-man', 'people');
  const known = relatives.find(([pattern]) => pattern.test(base));
  if (known) return known[1];
  const tokens = base.split('-').filter((token) => !persons.has(token) && !directions.has(token));
  return tokens.join('-') || 'person';
}

/** The name in words. */
export const captionOf = (name: string): string => name.replaceAll('-', ' ');

/** What a face does, as far as its name says so. */
const expressions = new Set(
  (
    'angry anguished anxious astonished beaming blowing-a-kiss confounded confused crying disappointed downcast ' +
    'drooling exhaling expressionless fearful flushed frowning grimacing grinning halo heart-eyes hearts horns hushed ' +
    'kissing laughing loudly-crying melting monocle nauseated nerd neutral open-mouth pensive persevering pleading ' +
    'pouting raised-eyebrow relieved rolling-eyes sad screaming sleeping sleepy smiling smiling-eyes smirking ' +
    'squinting sunglasses sweat tear tears tears-of-joy thinking tired tongue unamused upside-down weary winking ' +
    'worried yawning'
  ).split(' '),
);

/** Skin tone, who, hair and expression, as `kind:value` and in that order. */
export function attributesOf(name: string, group: Group): readonly string[] {
  const base = baseOf(name);
  const tokens = base.split('-');
  const found = [...name.matchAll(tonePattern)].map((match) => `tone:${match[1]}`);
  if (group === 'people-body') {
    const singular: Readonly<Record<string, string>> = { men: 'man', women: 'woman', people: 'person' };
    for (const token of tokens) if (persons.has(token)) found.push(`who:${singular[token] ?? token}`);
    const style = /-(red|curly|white|blond)-hair|-(bald|beard)/.exec(base);
    if (style) found.push(`hair:${style[1] ?? style[2]}`);
  }
  if (
    group === 'smileys-emotion' &&
    tokens.some((token) => token === 'face' || token === 'cat' || token === 'laughing')
  ) {
    // Longest first: "loudly crying" says more than "crying".
    for (let at = 0; at < tokens.length; at++) {
      const phrase = [3, 2, 1].map((n) => tokens.slice(at, at + n).join('-')).find((words) => expressions.has(words));
      if (!phrase) continue;
      found.push(`face:${phrase}`);
      at += phrase.split('-').length - 1;
    }
  }
  return [...new Set(found)];
}

const written = /^(keycap|digit|calendar|tear-off|spiral-calendar|newspaper|rolled-up-newspaper|abacus|hundred|zzz)\b/;
const turning = /clockwise|oclock|thirty|clock|watch|musical|question|input/;

/** Whether the mirror image would pass under the same name: not for flags, symbols, writing, clocks and directions. */
export function isMirrorable(name: string, group: Group): boolean {
  if (group === 'flags' || group === 'symbols') return false;
  const sided = baseOf(name)
    .split('-')
    .some((token) => directions.has(token));
  return !sided && !written.test(name) && !turning.test(name);
}

/** The expressive yellow faces: everything in the group of smileys that is called a face. */
export const isFace = (icon: string, group: Group): boolean =>
  group === 'smileys-emotion' && icon.split('-').includes('face');

/** Parts of keycaps in the first Noto package: white lines that cannot be seen on white. */
export const isInvisible = (icon: string): boolean => /^(digit-[a-z]+|asterisk|pound-symbol)$/.test(icon);

/** Whether the name says a skin tone. */
export const isToned = (name: string): boolean => baseOf(name) !== name;
