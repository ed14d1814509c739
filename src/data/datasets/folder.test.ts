import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import sharp from 'sharp';

import { encodePng, writePng } from '../../files/png.js';
import { finish } from '../dataset.js';
import { folder } from './folder.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-folder-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const solid = (r: number, g: number, b: number, width = 6) => ({
  width,
  height: 4,
  channels: 3,
  data: Uint8Array.from({ length: width * 12 }, (_, i) => [r, g, b][i % 3]!),
});

test('classes from sub-folders, captions from text files, every format, broken ones skipped by name', async () => {
  const place = join(dir, 'mixed');
  await writePng(join(place, 'cat', 'a_big-cat.png'), solid(255, 0, 0));
  await writePng(join(place, 'dog', 'deep', 'b.png'), solid(0, 255, 0));
  const raw = { raw: { width: 6, height: 4, channels: 3 as const } };
  await sharp(solid(0, 0, 255).data, raw)
    .jpeg()
    .toFile(join(place, 'dog', 'c.JPG'));
  await sharp(solid(0, 0, 255).data, raw)
    .webp()
    .toFile(join(place, 'dog', 'd.webp'));
  await sharp(solid(0, 0, 255).data, raw)
    .gif()
    .toFile(join(place, 'loose-one.gif'));
  await writeFile(join(place, 'cat', 'a_big-cat.txt'), ' a red cat\n');
  await writeFile(join(place, 'cat', 'empty.png'), '');
  await writeFile(join(place, 'cat', 'words.png'), 'not an image');
  await writeFile(join(place, 'dog', 'cut.png'), encodePng(solid(9, 9, 9, 64)).subarray(0, 60));
  await writeFile(join(place, 'notes.md'), 'ignored');
  await writeFile(join(place, '.hidden.png'), 'ignored');

  const data = await finish(folder.load({ directory: place, license: 'CC0-1.0' }, { size: 4 }));
  assert.deepEqual(data.classes, ['cat', 'dog']);
  assert.deepEqual(
    data.items.map(({ name, label, caption }) => [name, label, caption]),
    [
      ['cat/a_big-cat.png', 0, 'a red cat'],
      ['dog/c.JPG', 1, 'dog'],
      ['dog/d.webp', 1, 'dog'],
      ['dog/deep/b.png', 1, 'dog'],
      ['loose-one.gif', -1, 'loose one'],
    ],
  );
  assert.deepEqual([...data.item(0).image.subarray(0, 17)], [...Array(16).fill(255), 0], 'red plane first');
  assert.deepEqual(
    data.skipped.map(({ name }) => name),
    ['cat/empty.png', 'cat/words.png', 'dog/cut.png'],
  );
  assert.deepEqual(data.skipped[0]!.reason, 'cat/empty.png is empty (0 bytes).');
  assert.deepEqual(
    data.skipped[1]!.reason,
    'cat/words.png cannot be read as an image: it is no PNG, JPEG, WebP, GIF or SVG, for it starts with bytes ' +
      '6e 6f 74 20. Name a picture, or convert it first.',
  );
  assert.equal(data.sources[0]!.license, 'CC0-1.0');
});

test('grey and RGBA', async () => {
  const place = join(dir, 'colours');
  const clear = { width: 4, height: 4, channels: 4, data: new Uint8Array(64) };
  await writePng(join(place, 'a.png'), clear);
  const grey = await finish(folder.load({ directory: place, colour: 'grey' }, { size: 4 }));
  assert.deepEqual([grey.channels, grey.classes, ...new Set(grey.images)], [1, null, 255]);
  const rgba = await finish(folder.load({ directory: place, colour: 'rgba' }, { size: 4 }));
  assert.deepEqual([rgba.channels, ...new Set(rgba.images)], [4, 0]);
});

test('auto is grey where no picture has any colour', async () => {
  const place = join(dir, 'automatic');
  await writePng(join(place, 'a.png'), { width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(77) });
  await writePng(join(place, 'b.png'), solid(200, 200, 200, 4));
  const load = (colour: 'auto' | 'rgb') => finish(folder.load({ directory: place, colour }, { size: 4 }));
  const grey = await load('auto');
  assert.deepEqual([grey.channels, grey.shape, [...new Set(grey.images)]], [1, [1, 4, 4], [77, 200]]);
  assert.equal((await load('rgb')).channels, 3);
  await writePng(join(place, 'c.png'), solid(200, 200, 201, 4));
  assert.deepEqual([(await load('auto')).channels, (await load('auto')).images], [3, (await load('rgb')).images]);
});

test('pictures of other kinds and links that end nowhere are named, folders behind links are read', async () => {
  const [place, elsewhere] = [join(dir, 'kinds'), join(dir, 'elsewhere')];
  await writePng(join(place, 'cat', 'a.png'), solid(1, 2, 3));
  await writePng(join(elsewhere, 'b.png'), solid(4, 5, 6));
  await symlink(elsewhere, join(place, 'dog'));
  await symlink(join(elsewhere, 'b.png'), join(place, 'cat', 'linked.png'));
  await symlink(place, join(elsewhere, 'round'));
  await symlink(join(dir, 'gone'), join(place, 'lost'));
  for (const name of ['old.bmp', 'scan.TIFF', 'notes.md']) await writeFile(join(place, 'cat', name), '?');
  const data = await finish(folder.load({ directory: place }, { size: 4 }));
  assert.deepEqual(
    data.items.map(({ name, label }) => [name, label]),
    [
      ['cat/a.png', 0],
      ['cat/linked.png', 0],
      ['dog/b.png', 1],
    ],
  );
  assert.deepEqual(data.skipped.map(({ name, reason }) => `${name}: ${reason}`).sort(), [
    'cat/old.bmp: .bmp is not read, convert it to .png',
    'cat/scan.TIFF: .tiff is not read, convert it to .png',
    'dog/round: a link to a folder that it lies in',
    'lost: a link that leads nowhere',
  ]);
});

test('copies under other names are on one side', async () => {
  const place = join(dir, 'copies');
  for (let i = 0; i < 30; i++) await writePng(join(place, `${i}.png`), solid(i >> 1, 0, 0));
  const { items } = await finish(folder.load({ directory: place }, { size: 4 }));
  const sideOf = new Map(items.map(({ name, split }) => [name, split]));
  for (let i = 0; i < 30; i += 2) assert.equal(sideOf.get(`${i}.png`), sideOf.get(`${i + 1}.png`));
});

test('relative paths work', async () => {
  const here = process.cwd();
  await writePng(join(dir, 'relative', 'x', 'a.png'), solid(1, 2, 3));
  process.chdir(join(dir, 'relative'));
  try {
    for (const directory of ['.', './', '../relative', '../relative/']) {
      const { items, classes } = await finish(folder.load({ directory }, { size: 4 }));
      assert.deepEqual([items[0]!.name, classes], ['x/a.png', ['x']], directory);
    }
  } finally {
    process.chdir(here);
  }
});

test('what cannot be loaded says why', async () => {
  const load = (directory: string) => finish(folder.load({ directory }, { size: 4 }));
  const none = join(dir, 'none');
  await assert.rejects(load(none), { code: 'unknown-dataset', message: `folder: there is no directory ${none}.` });
  await mkdir(none);
  await assert.rejects(load(none), {
    code: 'empty-data',
    message:
      `folder: there is no image in ${none}. Expected files ending in .png, .jpg, .jpeg, .webp, .gif, .svg, ` +
      'in it or in one sub-folder per class.',
  });
  await writeFile(join(none, 'a.bmp'), '');
  await assert.rejects(load(none), {
    message: /per class\. What there is: a\.bmp, \.bmp is not read, convert it to \.png\.$/,
  });
  await writeFile(join(none, 'a.png'), '');
  await writeFile(join(none, 'b.png'), '');
  await assert.rejects(load(none), {
    code: 'empty-data',
    message: `folder: none of the 2 images in ${none} can be read. The first: a.png is empty (0 bytes).`,
  });
  await assert.rejects(load(join(none, 'a.png')), { message: `folder: ${join(none, 'a.png')} is not a directory.` });
});
