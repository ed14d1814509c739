import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { countAttributes, frequentAttributes, hasAttribute, kindOf } from '../attributes.js';
import { finish, type Progress, presentLabels, splitIndices } from '../dataset.js';
import { catalogue, emojiClasses, groupNames, iconSet, styleNames, styles } from '../emoji/catalogue.js';
import { looked, lookKindsOf, looksOf } from '../emoji/looks.js';
import { attributesOf, baseOf, familyOf, isMirrorable, nameOf } from '../emoji/names.js';
import { splits } from '../split.js';
import { emoji } from './emoji.js';

let cacheDir: string;
before(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'langevin-emoji-'));
});
after(() => rm(cacheDir, { recursive: true, force: true }));

test('there are 36 classes in an order that never changes', () => {
  assert.equal(emojiClasses.length, 36);
  assert.deepEqual(
    [emojiClasses[0], emojiClasses[9], emojiClasses[35]],
    ['noto/smileys-emotion', 'noto-v1/smileys-emotion', 'fluent/flags'],
  );
});

test('every style has every group, and every family is on one side in all of them', async () => {
  const all = await catalogue();
  assert.ok(all.length > 12_000);
  assert.deepEqual(
    presentOf(all.map(({ label }) => label)),
    Array.from({ length: 36 }, (_, label) => label),
  );
  const sides = new Map<string, string>();
  for (const { name, split, caption } of all) {
    const family = familyOf(name);
    assert.equal(sides.get(family) ?? split, split, family);
    sides.set(family, split);
    assert.match(caption, /^[a-z0-9 ]+$/);
  }
  for (const group of [null, ...groupNames]) {
    const some = all.filter((drawing) => group === null || drawing.group === group);
    const share = splits.map((split) => some.filter((drawing) => drawing.split === split).length / some.length);
    assert.ok(share[1]! > 0.02 && share[1]! < 0.1 && share[2]! > 0.02 && share[2]! < 0.1, `${group}: ${share}`);
  }
});

test('the same character has the same name in every package, and a name appears once in a style', async () => {
  const require = createRequire(import.meta.url);
  const all = await catalogue();
  const names = new Map<string, string>();
  for (const style of styleNames) {
    const chars = require(`${styles[style]}/chars.json`) as Record<string, string>; // empty in the first Noto package
    const byIcon = new Map(all.filter((drawing) => drawing.style === style).map((drawing) => [drawing.icon, drawing]));
    assert.equal(new Set([...byIcon.values()].map(({ name }) => name)).size, byIcon.size, style);
    for (const [points, icon] of Object.entries(chars)) {
      const drawing = byIcon.get(icon);
      if (!drawing) continue; // hidden by the package
      const character = points.replaceAll(/-(fe0f|200d)/g, '');
      assert.equal(names.get(character) ?? drawing.name, drawing.name, `${style} ${icon}`);
      names.set(character, drawing.name);
    }
  }
  assert.ok(names.size > 3_500);
});

test('no drawing of one side has the very same lines as a drawing of another', async () => {
  const all = await catalogue();
  for (const style of styleNames) {
    const { icons } = await iconSet(style);
    const sides = new Map<string, { icon: string; split: string }>();
    for (const { icon, split } of all.filter((drawing) => drawing.style === style)) {
      const { body } = icons[icon]!;
      const other = sides.get(body);
      assert.equal(other?.split ?? split, split, `${style}: ${other?.icon} and ${icon}`);
      sides.set(body, { icon, split });
    }
  }
});

test('names', () => {
  assert.equal(nameOf('man-medium-light-skin-tone-bald', 'people-body'), 'man-bald-medium-light-skin-tone');
  assert.equal(nameOf('man-bald-medium-light', 'people-body'), 'man-bald-medium-light-skin-tone');
  assert.equal(nameOf('horizontal-traffic-light', 'travel-places'), 'horizontal-traffic-light');
  assert.equal(nameOf('woman-deaf-dark', 'people-body'), 'deaf-woman-dark-skin-tone');
  assert.equal(nameOf('flag-for-flag-japan', 'flags'), 'flag-japan');
  const two = 'kiss-man-woman-dark-skin-tone-light-skin-tone';
  assert.equal(nameOf(two, 'people-body'), two);
  assert.equal(baseOf(two), 'kiss-man-woman');
  const families = [
    'kiss',
    'woman-red-hair',
    'man',
    'woman-and-man-holding-hands',
    'merman',
    'man-running-facing-right',
  ];
  assert.deepEqual(families.map(familyOf), ['kiss', 'person', 'person', 'holding-hands', 'merperson', 'running']);
  assert.deepEqual(attributesOf('woman-curly-hair-dark-skin-tone', 'people-body'), [
    'tone:dark',
    'who:woman',
    'hair:curly',
  ]);
  assert.deepEqual(attributesOf('grinning-face-with-smiling-eyes', 'smileys-emotion'), [
    'face:grinning',
    'face:smiling-eyes',
  ]);
  assert.deepEqual(attributesOf('loudly-crying-face', 'smileys-emotion'), ['face:loudly-crying']);
  assert.deepEqual(attributesOf('two-hearts', 'smileys-emotion'), []);
  assert.deepEqual(looksOf('grinning-face-with-smiling-eyes'), ['mouth:smile', 'mouth:open', 'eyes:closed']);
  assert.deepEqual(looksOf('old-woman-dark-skin-tone'), ['age:old']);
  assert.ok(isMirrorable('grinning-face', 'smileys-emotion'));
  assert.ok(!isMirrorable('backhand-index-pointing-left', 'people-body'));
  assert.ok(!isMirrorable('flag-japan', 'flags'));
  assert.ok(!isMirrorable('three-oclock', 'travel-places'));
});

test('every look is of a drawing there is, and of a kind that applies to it or is unclear there', async () => {
  const all = await catalogue();
  const names = new Set(all.map(({ name }) => name));
  for (const name of looked) assert.ok(names.has(name), `${name} is in the table of looks and is no drawing`);
  for (const { name, group, attributes, kinds } of all) {
    for (const attribute of attributes) assert.ok(kinds!.includes(kindOf(attribute)), `${name} ${attribute} ${kinds}`);
    for (const kind of lookKindsOf(name, group)) assert.ok(kinds!.includes(kind), `${name} ${kind}`);
  }
});

test('what does not apply is not known, what is not named of a kind is not there', async () => {
  const all = await catalogue();
  const ask = (name: string, attribute: string) =>
    hasAttribute(all.find((drawing) => drawing.style === 'noto' && drawing.name === name)!, attribute);
  assert.deepEqual(
    ['woman', 'woman-dark-skin-tone', 'red-apple', 'bone'].map((name) => ask(name, 'tone:dark')),
    [false, true, null, null],
  );
  assert.deepEqual(
    ['grinning-face', 'frowning-face', 'yawning-face', 'red-heart', 'woman'].map((name) => ask(name, 'mouth:smile')),
    [true, false, null, null, null],
  );
  assert.deepEqual(
    ['man-bald', 'man', 'old-man', 'man-running'].map((name) => ask(name, 'hair:bald')),
    [true, false, null, null],
  );
  assert.equal(ask('waving-hand', 'who:man'), null);
});

test('faces: counts, labels, captions, sources', async () => {
  const work = emoji.load({ filter: 'faces' }, { size: 8, cacheDir });
  const events: Progress[] = [];
  let step = await work.next();
  for (; !step.done; step = await work.next()) events.push(step.value);
  const data = step.value;
  assert.equal(data.name, 'emoji:faces');
  assert.equal(data.count, 390);
  assert.deepEqual(presentLabels(data), [0, 9, 18, 27]);
  assert.deepEqual(
    data.sources.map(({ license }) => license),
    ['Apache-2.0', 'Apache-2.0', 'CC-BY-4.0', 'MIT'],
  );
  assert.ok(data.items.some(({ caption }) => caption === 'smiling face with heart eyes'));
  assert.ok(events.some(({ what, done, total }) => what === 'Drawing emoji at 8 × 8' && done > 0 && done < total));
  assert.equal(new Set(data.items.map(({ split }) => split)).size, 3);
  for (let i = 0; i < data.count; i++)
    assert.ok(
      data.item(i).image.some((v) => v < 200),
      `${data.items[i]!.name} is blank`,
    );
});

test('attributes are counted among the pictures they can be told of', async () => {
  const data = await finish(emoji.load({ filter: 'faces' }, { size: 8, cacheDir }));
  const train = splitIndices(data, 'train');
  const smile = countAttributes(data, train).find(({ name }) => name === 'mouth:smile')!;
  const known = Array.from(train).filter((i) => hasAttribute(data.items[i]!, 'mouth:smile') !== null);
  assert.equal(smile.present + smile.absent, known.length);
  assert.ok(smile.present > 60 && smile.absent > 60, JSON.stringify(smile));
  assert.ok(frequentAttributes(data, train, 8).includes('eyes:glasses'));
  assert.deepEqual(frequentAttributes(data, train, 1e6), []);
});

test('what is drawn is cached; a damaged cache is drawn again', async () => {
  const load = () => finish(emoji.load({ filter: 'twemoji/activities' }, { size: 8, cacheDir }));
  const first = await load();
  const place = join(cacheDir, 'emoji', '8');
  const name = (await readdir(place)).find((file) => file.startsWith('twemoji-activities'))!;
  const bytes = await readFile(join(place, name));
  assert.equal(bytes.length, 32 + first.images.length);
  const broken = Buffer.from(bytes);
  broken[50]! ^= 255;
  await writeFile(join(place, name), broken);
  assert.deepEqual((await load()).images, first.images);
  assert.deepEqual(await readFile(join(place, name)), bytes);
});

test('a cache that cannot be written is a note, not an error', async () => {
  const file = join(cacheDir, 'a-file');
  await writeFile(file, '');
  const work = emoji.load({ filter: 'noto-v1/flags' }, { size: 8, cacheDir: file });
  const notes: (string | undefined)[] = [];
  let step = await work.next();
  for (; !step.done; step = await work.next()) notes.push(step.value.note);
  assert.equal(step.value.count, 16);
  assert.match(notes.find(Boolean)!, /^Drawings are not kept for the next time\. Cannot write .*: /);
});

test('filters narrow with "/" and add with ","; what they do not know they say', async () => {
  const count = async (filter: string) => (await finish(emoji.load({ filter }, { size: 8, cacheDir }))).count;
  assert.equal(await count('noto/faces'), 106);
  assert.equal(await count('noto/flags, noto-v1/flags'), 25);
  assert.equal(await count('fluent/flags/untoned'), 8);
  await assert.rejects(count('facs'), {
    code: 'bad-filter',
    message:
      'emoji: unknown filter "facs". Did you mean "faces"? Known: faces, untoned, noto, noto-v1, twemoji, fluent, ' +
      'smileys-emotion, people-body, animals-nature, food-drink, travel-places, activities, objects, symbols, flags; ' +
      '"/" between two narrows, "," adds.',
  });
  await assert.rejects(count('noto/twemoji'), {
    code: 'empty-data',
    message: 'emoji: no drawing fits the filter "noto/twemoji". Use "," to add terms.',
  });
  await assert.rejects(finish(emoji.load({}, { size: 3 })), {
    message: 'emoji: size must be an integer in [4, 1024], got 3.',
  });
});

const presentOf = (labels: readonly number[]): number[] => [...new Set(labels)].sort((a, b) => a - b);
