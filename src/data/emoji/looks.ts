import type { Group } from './catalogue.js';
import { baseOf, familyOf } from './names.js';

/**
 * What the drawings show that names do not say, or say in many ways: `kind:value` → the names it is true of, whatever the
 * style. Made by looking at the drawings. A name appears under a kind only where the styles agree.
 */
const looks: Readonly<Record<string, string>> = {
  'mouth:smile':
    'beaming-face-with-smiling-eyes cat-with-tears-of-joy cat-with-wry-smile clown-face face-holding-back-tears ' +
    'face-savoring-food face-with-tears-of-joy face-with-tongue grinning-cat grinning-cat-with-smiling-eyes ' +
    'grinning-face grinning-face-with-big-eyes grinning-face-with-smiling-eyes grinning-face-with-sweat ' +
    'grinning-squinting-face head-shaking-horizontally head-shaking-vertically melting-face nerd-face relieved-face ' +
    'rolling-on-the-floor-laughing slightly-smiling-face smiling-cat-with-heart-eyes smiling-face ' +
    'smiling-face-with-halo smiling-face-with-heart-eyes smiling-face-with-hearts smiling-face-with-horns ' +
    'smiling-face-with-open-hands smiling-face-with-smiling-eyes smiling-face-with-sunglasses smiling-face-with-tear ' +
    'squinting-face-with-tongue star-struck winking-face winking-face-with-tongue zany-face',
  'mouth:open':
    'anxious-face-with-sweat astonished-face cat-with-tears-of-joy exploding-head face-screaming-in-fear ' +
    'face-vomiting face-with-crossed-out-eyes face-with-open-mouth face-with-tears-of-joy face-with-tongue ' +
    'frowning-face-with-open-mouth grinning-cat grinning-cat-with-smiling-eyes grinning-face ' +
    'grinning-face-with-big-eyes grinning-face-with-smiling-eyes grinning-face-with-sweat grinning-squinting-face ' +
    'hot-face hushed-face loudly-crying-face rolling-on-the-floor-laughing shaking-face sleeping-face ' +
    'smiling-cat-with-heart-eyes smiling-face-with-heart-eyes squinting-face-with-tongue star-struck tired-face ' +
    'weary-cat weary-face winking-face-with-tongue zany-face',
  'mouth:frown':
    'angry-face angry-face-with-horns anxious-face-with-sweat crying-cat crying-face disappointed-face ' +
    'downcast-face-with-sweat enraged-face face-with-bags-under-eyes face-with-head-bandage ' +
    'face-with-steam-from-nose face-with-thermometer frowning-face frowning-face-with-open-mouth persevering-face ' +
    'pleading-face pouting-cat sad-but-relieved-face slightly-frowning-face tired-face unamused-face weary-face ' +
    'worried-face',
  'mouth:tongue':
    'face-savoring-food face-with-tongue hot-face squinting-face-with-tongue winking-face-with-tongue zany-face',
  'mouth:kiss':
    'face-blowing-a-kiss kissing-cat kissing-face kissing-face-with-closed-eyes kissing-face-with-smiling-eyes',
  'mouth:teeth': 'beaming-face-with-smiling-eyes cold-face grimacing-face nerd-face',
  'eyes:closed':
    'beaming-face-with-smiling-eyes cat-with-tears-of-joy confounded-face disappointed-face ' +
    'downcast-face-with-sweat expressionless-face face-exhaling face-savoring-food face-vomiting ' +
    'face-with-hand-over-mouth face-with-steam-from-nose face-with-tears-of-joy grinning-cat-with-smiling-eyes ' +
    'grinning-face-with-smiling-eyes grinning-face-with-sweat grinning-squinting-face head-shaking-horizontally ' +
    'head-shaking-vertically kissing-cat kissing-face-with-closed-eyes kissing-face-with-smiling-eyes ' +
    'loudly-crying-face pensive-face persevering-face relieved-face rolling-on-the-floor-laughing sleeping-face ' +
    'sleepy-face smiling-face smiling-face-with-halo smiling-face-with-hearts smiling-face-with-open-hands ' +
    'smiling-face-with-smiling-eyes sneezing-face squinting-face-with-tongue tired-face weary-face yawning-face',
  'eyes:glasses': 'disguised-face nerd-face smiling-face-with-sunglasses',
  'eyes:hearts': 'smiling-cat-with-heart-eyes smiling-face-with-heart-eyes',
  'eyes:winking': 'face-blowing-a-kiss winking-face winking-face-with-tongue',
  'eyes:wide': 'distorted-face exploding-head face-screaming-in-fear flushed-face weary-cat',
  'brows:angry':
    'angry-face angry-face-with-horns cat-with-wry-smile enraged-face face-with-steam-from-nose ' +
    'face-with-symbols-on-mouth pouting-cat smiling-face-with-horns',
  'with:tears':
    'cat-with-tears-of-joy crying-cat crying-face face-holding-back-tears face-with-tears-of-joy ' +
    'loudly-crying-face rolling-on-the-floor-laughing smiling-face-with-tear',
  'with:sweat':
    'anxious-face-with-sweat downcast-face-with-sweat grinning-face-with-sweat hot-face sad-but-relieved-face',
  'with:hearts':
    'face-blowing-a-kiss smiling-cat-with-heart-eyes smiling-face-with-heart-eyes smiling-face-with-hearts',
  'with:hand':
    'face-screaming-in-fear face-with-hand-over-mouth face-with-open-eyes-and-hand-over-mouth ' +
    'face-with-peeking-eye saluting-face shushing-face smiling-face-with-open-hands thinking-face weary-cat yawning-face',
  'age:child': 'baby boy child girl',
  'age:old': 'old-man old-woman older-person',
};

/** Faces of which one kind is hidden, or drawn one way in one style and another way in the next. */
const unclear: Readonly<Record<string, string>> = {
  mouth:
    'anguished-face cowboy-hat-face cracking-face disguised-face drooling-face face-in-clouds face-with-hand-over-mouth ' +
    'face-with-medical-mask face-with-open-eyes-and-hand-over-mouth face-with-peeking-eye face-with-symbols-on-mouth ' +
    'fearful-face money-mouth-face partying-face shushing-face smirking-face sneezing-face thinking-face ' +
    'upside-down-face yawning-face zipper-mouth-face',
  eyes:
    'cracking-face drooling-face face-in-clouds face-with-bags-under-eyes face-with-head-bandage ' +
    'face-with-medical-mask face-with-monocle face-with-peeking-eye partying-face shaking-face smirking-face ' +
    'star-struck unamused-face woozy-face zany-face',
};

const setsOf = (table: typeof looks): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(Object.entries(table).map(([key, names]) => [key, new Set(names.split(' '))]));
const shown = setsOf(looks);
const hidden = setsOf(unclear);

/** Every name that the tables mention. */
export const looked: ReadonlySet<string> = new Set(
  [...shown.values(), ...hidden.values()].flatMap((names) => [...names]),
);

const ofFaces = ['mouth', 'eyes', 'brows', 'with'];
const faces = new Set(
  [...shown].filter(([key]) => ofFaces.some((kind) => key.startsWith(`${kind}:`))).flatMap(([, names]) => [...names]),
);

/** What the drawings of a name show, `mouth:smile` or `age:old`, in the order of the table. */
export function looksOf(name: string): readonly string[] {
  const base = baseOf(name);
  return [...shown].filter(([, names]) => names.has(base)).map(([look]) => look);
}

/**
 * The kinds of look that can be told of a name: of these, what `looksOf` does not name is not there. Faces have mouth,
 * eyes, brows and things with them, persons a hair style and an age.
 */
export function lookKindsOf(name: string, group: Group): readonly string[] {
  const base = baseOf(name);
  if (group === 'smileys-emotion') {
    const isFace = faces.has(base) || /(^|-)face(-|$)/.test(base);
    return isFace ? ofFaces.filter((kind) => !hidden.get(kind)?.has(base)) : [];
  }
  if (group !== 'people-body') return [];
  const aged = ['age:child', 'age:old'].some((look) => shown.get(look)!.has(base));
  if (familyOf(name) === 'person') return aged ? ['age'] : ['hair', 'age'];
  return aged ? ['age'] : [];
}
