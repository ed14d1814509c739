import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import sharp from 'sharp';

import { floats } from '../core/host-array.js';
import { gaussians, key, uniforms } from '../core/random.js';
import { decodeFrames, encodeGif, gifWithRecipe, isGif, writeGif } from './gif.js';
import { grid } from './grid.js';
import { decodeImage, drawSvg, readImage } from './image.js';
import { enlarge, fromArray, fromBatch, type Picture, toArray } from './picture.js';
import { encodePng, writePng } from './png.js';
import { decodeRecipe, readRecipe } from './recipe.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-pictures-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const random = (channels: number, width = 5, height = 4): Picture => ({
  width,
  height,
  channels,
  data: Uint8Array.from(uniforms(key(channels), width * height * channels), (u) => u * 256),
});

for (const channels of [1, 3, 4] as const) {
  test(`a PNG of ${channels} channels comes back byte for byte`, async () => {
    const image = random(channels);
    const png = encodePng(image);
    assert.deepEqual(await decodeImage(png, { channels }), image);
    assert.deepEqual(encodePng(image), png, 'the same bytes every time');
  });
}

test('arrays and pictures convert into each other; every byte survives', () => {
  const bytes: Picture = { width: 16, height: 16, channels: 1, data: Uint8Array.from({ length: 256 }, (_, v) => v) };
  assert.deepEqual(fromArray(toArray(bytes)), bytes);
  const rgb = random(3);
  assert.deepEqual(fromArray(toArray(rgb)), rgb);
  assert.deepEqual(fromArray(floats([1, 1, 4], [-9, -1, 1, 9])).data, Uint8Array.of(0, 0, 255, 255));
  assert.equal(fromBatch(floats([3, 1, 2, 2])).length, 3);
  assert.throws(() => fromArray(floats([2, 2])), {
    message: 'A picture is made from [C, H, W], got shape [2, 2].',
  });
  assert.throws(() => encodePng({ ...rgb, width: 6 }), {
    message: 'A picture of 6 × 4 × 3 needs 72 bytes, got 60.',
  });
});

test('the recipe is in the PNG, whatever letters it has', async () => {
  const recipe = { seed: 7, prompt: 'Grüße 🎉 "x"', deep: [null, 1.5] };
  const path = join(dir, 'a.png');
  await writePng(path, random(3), { recipe });
  assert.deepEqual(await readRecipe(path), recipe);
  assert.equal(decodeRecipe(encodePng(random(3))), null);
});

test('the recipe is in the GIF, and everything else as it was', async () => {
  const frames = [random(3), { ...random(3), data: random(3).data.toReversed() }];
  for (const [name, recipe] of Object.entries({
    short: 7,
    long: { prompt: 'Grüße 🎉 "x" '.repeat(200), deep: [null] },
  })) {
    const path = join(dir, `${name}.gif`);
    await writeGif(path, frames, { recipe });
    assert.deepEqual(await readRecipe(path), recipe);
    const [plain, told] = [await encodeGif(frames), await readFile(path)];
    assert.equal(decodeRecipe(plain), null);
    assert.deepEqual(told.subarray(0, plain.length - 1), Buffer.from(plain.subarray(0, -1)), 'only the end has grown');
    assert.deepEqual(await decodeFrames(told), await decodeFrames(plain));
    const { pages, delay } = await sharp(told, { animated: true }).metadata();
    assert.deepEqual([pages, delay], [2, [60, 1500]], 'as another reader has it');
    const other = gifWithRecipe(told, { seed: 8 });
    assert.deepEqual(decodeRecipe(other), { seed: 8 });
    assert.deepEqual(gifWithRecipe(other, recipe), told, 'one takes the place of the other');
  }
});

test('comments of others, and colours of every frame, are read past', async () => {
  // Two frames of one pixel with colours of their own, a comment before them and one behind.
  const comment = (text: string): number[] => [0x21, 0xfe, text.length, ...Buffer.from(text), 0];
  const frame = (red: number): number[] => [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, red, 0, 0, 0, 0, 0, 2, 2, 0x44, 1, 0];
  const header = [...Buffer.from('GIF89a'), 1, 0, 1, 0, 0, 0, 0];
  const made = (...blocks: number[][]): Uint8Array => Uint8Array.from([...header, ...blocks.flat(), 0x3b]);
  const bytes = made(comment('by; hand'), frame(255), frame(254), comment('langevins are many'));
  assert.ok(isGif(bytes), 'it begins as one');
  assert.equal(decodeRecipe(bytes), null);
  assert.deepEqual([...(await decodeFrames(bytes)).data], [255, 0, 0, 254, 0, 0]);
  const told = gifWithRecipe(bytes, [1]);
  assert.deepEqual(
    [...told],
    [...made(comment('by; hand'), frame(255), frame(254), comment('langevins are many'), comment('langevin [1]'))],
  );
  assert.deepEqual(decodeRecipe(told), [1]);
  for (const length of [6, 12, 20, told.length - 1]) {
    assert.throws(() => decodeRecipe(told.subarray(0, length), 'half.gif'), {
      code: 'bad-gif',
      message: 'half.gif is damaged or truncated: it cannot be read as a GIF.',
    });
  }
  assert.throws(() => decodeRecipe(made(comment('langevin {')), 'a.gif'), {
    code: 'bad-recipe',
    message: 'a.gif has a recipe that is not JSON.',
  });
});

test('what is no PNG and no GIF, or half of one, says so', async () => {
  assert.throws(() => decodeRecipe(new Uint8Array(0), 'a.png'), {
    code: 'bad-picture',
    message: 'a.png is neither a PNG nor a GIF: it starts with nothing (the file is empty).',
  });
  assert.throws(() => decodeRecipe(Uint8Array.of(255, 216, 255, 224), 'a.png'), {
    message: 'a.png is neither a PNG nor a GIF: it starts with bytes ff d8 ff e0.',
  });
  const png = encodePng(random(3), { recipe: 1 });
  assert.throws(() => decodeRecipe(png.subarray(0, 50), 'a.png'), {
    message: 'a.png is damaged or truncated: it cannot be read as a PNG.',
  });
  await assert.rejects(readRecipe(join(dir, 'none.png')), { message: `There is no file ${join(dir, 'none.png')}.` });
});

test('a grid has every picture in its place', () => {
  const batch = floats([3, 1, 1, 1], [-1, 1, -1]);
  const { width, height, data } = grid(batch, { columns: 2, padding: 1, background: 9 });
  assert.deepEqual([width, height], [5, 5]);
  // biome-ignore format: one row a line
  assert.deepEqual([...data], [
    9, 9, 9, 9, 9,
    9, 0, 9, 255, 9,
    9, 9, 9, 9, 9,
    9, 0, 9, 9, 9,
    9, 9, 9, 9, 9,
  ]);
  const nine = grid(floats([9, 3, 2, 2]), { scale: 3, padding: 0 });
  assert.deepEqual([nine.width, nine.height, nine.channels], [18, 18, 3]);
  assert.throws(() => grid([]), { message: 'grid: there is no picture to show.' });
  assert.throws(() => grid([random(3), random(1)]), {
    message: 'grid: picture 1 is 5 × 4 × 1, expected 5 × 4 × 3 like the first.',
  });
  assert.throws(() => grid(batch, { columns: 0 }), { message: 'grid: columns must be an integer ≥ 1, got 0.' });
});

test('enlarging repeats pixels', () => {
  const small: Picture = { width: 2, height: 1, channels: 1, data: Uint8Array.of(1, 2) };
  assert.deepEqual(enlarge(small, 2), {
    width: 4,
    height: 2,
    channels: 1,
    data: Uint8Array.of(1, 1, 2, 2, 1, 1, 2, 2),
  });
  assert.throws(() => enlarge(small, 1.5), { message: 'enlarge: scale must be an integer ≥ 1, got 1.5.' });
});

test('a GIF has its frames, delays and colours', async () => {
  const solid = (r: number, g: number, b: number): Picture => ({
    width: 8,
    height: 6,
    channels: 3,
    data: Uint8Array.from({ length: 144 }, (_, i) => [r, g, b][i % 3]!),
  });
  const frames = [solid(255, 0, 0), solid(0, 255, 0), solid(0, 0, 255)];
  const path = join(dir, 'a.gif');
  await writeGif(path, frames, { delay: 50, hold: 900 });
  const { pages, delay, loop, pageHeight, width } = await sharp(path, { animated: true }).metadata();
  assert.deepEqual(
    { pages, delay, loop, pageHeight, width },
    { pages: 3, delay: [50, 50, 900], loop: 0, pageHeight: 6, width: 8 },
  );
  for (const [page, frame] of frames.entries()) {
    assert.deepEqual(new Uint8Array(await sharp(path, { page }).removeAlpha().raw().toBuffer()), frame.data);
  }
  assert.deepEqual(await readImage(path, { channels: 3 }), frames[0], 'reading takes the first frame');
  const grey = await encodeGif([random(1), random(1)]);
  assert.equal(
    (await sharp(grey, { animated: true }).metadata()).pages ?? 1,
    1,
    'equal frames are merged by the encoder',
  );
  await assert.rejects(encodeGif([]), { message: 'encodeGif: there is no frame.' });
  await assert.rejects(encodeGif([solid(0, 0, 0), random(3)]), {
    message: 'encodeGif: frame 1 is 5 × 4 × 3, expected 8 × 6 × 3 like the first.',
  });
  await assert.rejects(encodeGif(frames, { delay: -1 }), {
    message: 'encodeGif: delay must be an integer ≥ 0, got -1.',
  });
});

test('transparency shows the background, white unless said otherwise', async () => {
  const clear = encodePng({ width: 1, height: 1, channels: 4, data: Uint8Array.of(255, 0, 0, 0) });
  assert.deepEqual([...(await decodeImage(clear, { channels: 3 })).data], [255, 255, 255]);
  assert.deepEqual([...(await decodeImage(clear, { channels: 3, background: '#0000ff' })).data], [0, 0, 255]);
  assert.deepEqual([...(await decodeImage(clear)).data], [255, 0, 0, 0]);
  assert.deepEqual([...(await decodeImage(clear, { channels: 1 })).data], [255]);
  assert.deepEqual(
    [...(await decodeImage(encodePng(random(1, 2, 1)), { channels: 4 })).data].filter((_, i) => i % 4 === 3),
    [255, 255],
  );
});

test('every format is read, cropped to a square and turned upright', async () => {
  const wide = sharp(Buffer.from(random(3, 60, 20).data), { raw: { width: 60, height: 20, channels: 3 } });
  for (const format of ['png', 'jpeg', 'webp', 'gif'] as const) {
    const bytes = await wide.clone().toFormat(format).toBuffer();
    const { width, height, channels } = await decodeImage(bytes, { size: 8, channels: 3 });
    assert.deepEqual([format, width, height, channels], [format, 8, 8, 3]);
  }
  const turned = await decodeImage(await wide.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer());
  assert.deepEqual([turned.width, turned.height], [20, 60]);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="4" height="2" fill="#00f"/></svg>';
  assert.deepEqual(
    [...(await decodeImage(Buffer.from(svg), { size: 2, channels: 3 })).data.subarray(0, 3)],
    [0, 0, 255],
  );
});

test('a drawing that is not square is centred between white bars', async () => {
  const body = '<defs><path id="p" fill="#00f" d="M1 1h4v2h-4z"/></defs><use xlink:href="#p"/>';
  const { data, ...shape } = await drawSvg({ body, viewBox: [1, 1, 4, 2], size: 4 });
  assert.deepEqual(shape, { width: 4, height: 4, channels: 3 });
  assert.ok([0, 1, 2, 3].every((x) => data[3 * x]! > 240 && data[3 * (12 + x)]! > 240));
  assert.ok([4, 5, 6, 7].every((x) => data[3 * x]! < 16 && data[3 * x + 2]! > 240));
});

const damaged = (name: string): string =>
  `${name} cannot be read as an image: it is truncated or damaged. Take a whole copy of it.`;

test('damaged pictures of every kind are told in one sentence, without words of the decoder', async () => {
  const raw = { width: 16, height: 16, channels: 3 as const };
  const make = () => sharp(random(3, 16, 16).data, { raw });
  const jpeg = await make().jpeg().toBuffer();
  jpeg.fill(255, jpeg.length - 200, jpeg.length - 100);
  const kinds: readonly (readonly [string, Uint8Array])[] = [
    ['header.png', encodePng(random(3, 16, 16)).subarray(0, 20)],
    ['noise.jpg', jpeg],
    ['half.webp', (await make().webp().toBuffer()).subarray(0, 60)],
    ['half.gif', (await make().gif().toBuffer()).subarray(0, 60)],
    ['half.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" hei')],
  ];
  for (const [name, bytes] of kinds) {
    await assert.rejects(decodeImage(bytes, { name }), { code: 'bad-image', message: damaged(name) }, name);
  }
});

test('a drawing too large to be read, and a background that is no colour', async () => {
  const large = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"></svg>');
  await assert.rejects(decodeImage(large, { name: 'large.svg' }), {
    message:
      'large.svg cannot be read as an image: it has more pixels than can be read at once. Make it smaller first.',
  });
  await assert.rejects(decodeImage(encodePng(random(4, 4, 4)), { channels: 3, background: 'no colour' }), {
    code: 'bad-option',
    message: 'The background of pictures must be a colour, as in #ffffff, got "no colour".',
  });
});

test('unreadable images say which and why', async () => {
  await assert.rejects(decodeImage(new Uint8Array(0), { name: 'x.png' }), {
    code: 'bad-image',
    message: 'x.png is empty (0 bytes).',
  });
  await assert.rejects(decodeImage(Buffer.from('hello, world'), { name: 'x.png' }), {
    message:
      'x.png cannot be read as an image: it is no PNG, JPEG, WebP, GIF or SVG, for it starts with bytes 68 65 6c 6c. ' +
      'Name a picture, or convert it first.',
  });
  const path = join(dir, 'cut.png');
  await writeFile(path, encodePng(random(3, 64, 64)).subarray(0, 3000));
  await assert.rejects(readImage(path), { code: 'bad-image', message: damaged(path) });
  const jpeg = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#123' } })
    .jpeg()
    .toBuffer();
  await assert.rejects(decodeImage(jpeg.subarray(0, jpeg.length - 40), { name: 'cut.jpg' }), {
    message: damaged('cut.jpg'),
  });
  await assert.rejects(readImage(dir), { message: `Cannot read ${dir}: it is a directory.` });
});

test('any batch can be looked at', async () => {
  const path = join(dir, 'noise.png');
  await writePng(path, grid(floats([4, 3, 8, 8], gaussians(key(1), 4 * 3 * 64)), { scale: 2 }));
  assert.ok((await readFile(path)).length > 100);
});
