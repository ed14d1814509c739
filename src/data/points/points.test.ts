import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { key } from '../../core/random.js';
import { batches } from '../batches.js';
import { type DataSet, finish, isPoints } from '../dataset.js';
import { datasets } from '../datasets/index.js';
import { pointSets } from './index.js';
import { glyphHeight, glyphs, glyphWidth } from './stroke-font.js';

let dir: string;
const file = (name: string): string => join(dir, name);
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-points-'));
  const square =
    '<path d="M10 10h20v10h-20z" fill="#c00"/><path d="M30 10h20v10h-20z" fill="#00c" fill-opacity="0.5"/>';
  const wrap = (body: string): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${body}</svg>`;
  await writeFile(file('drawing.svg'), wrap(square));
  await writeFile(file('paper.svg'), wrap('<rect width="64" height="64" fill="#fff"/><circle cx="20" cy="40" r="8"/>'));
  await writeFile(file('nothing.svg'), wrap(''));
  await writeFile(file('broken.svg'), '<svg xmlns="http://www.w3.org/2000/svg"><path d=');
  await writeFile(file('empty.svg'), '');
});
after(() => rm(dir, { recursive: true, force: true }));

const load = (which: string, count = 4000, more: object = {}): Promise<DataSet> =>
  finish(datasets.get('2d').load({ which, count, ...more } as never));

/** x and y of every point. */
const pairs = ({ images, count }: DataSet): readonly (readonly [number, number])[] =>
  Array.from({ length: count }, (_, i) => [images[2 * i]!, images[2 * i + 1]!]);

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Four standard errors of a mean of `values`. */
const slack = (values: readonly number[]): number =>
  4 * Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)) / values.length);

function near(values: readonly number[], expected: number): void {
  assert.ok(Math.abs(mean(values) - expected) < slack(values), `${mean(values)} is not ${expected} ± ${slack(values)}`);
}

for (const name of pointSets.names.filter((name) => name !== 'svg')) {
  test(`2d:${name} lies in the square, point by point the same however many are drawn`, async () => {
    const [few, many] = [await load(name, 50), await load(name, 500)];
    assert.ok(isPoints(few));
    assert.deepEqual(few.shape, [2]);
    assert.deepEqual(many.images.subarray(0, 100), few.images);
    assert.deepEqual(many.items.slice(0, 50), few.items);
    assert.ok(many.images.every((v) => Math.abs(v) <= 1));
    assert.notDeepEqual((await load(name, 50, { seed: 1 })).images, few.images);
  });
}

test('a swiss roll has the radius of its angle', async () => {
  const data = await load('swissroll', 2000, { noise: 0 });
  for (const [x, y] of pairs(data)) {
    const t = (Math.hypot(x, y) * 4.5 * Math.PI) / 0.85;
    assert.ok(t > 1.5 * Math.PI - 1e-5 && t < 4.5 * Math.PI + 1e-5);
    assert.ok(Math.hypot(Math.cos(t) - x / Math.hypot(x, y), Math.sin(t) - y / Math.hypot(x, y)) < 1e-4);
  }
  // ∫ t cos t dt over [1.5π, 4.5π] is [t sin t + cos t] = 6π: the mean of t cos t is 2.
  const wide = pairs(await load('swissroll'));
  near(
    wide.map(([x]) => x),
    (0.85 * 2) / (4.5 * Math.PI),
  );
});

test('moons are two half circles of equal weight', async () => {
  const data = await load('moons', 4000, { noise: 0 });
  for (const [i, [x, y]] of pairs(data).entries()) {
    const [u, v] = [1.75 * x + 0.5, 1.75 * y + 0.25];
    const r = data.items[i]!.label === 0 ? Math.hypot(u, v) : Math.hypot(1 - u, 0.5 - v);
    assert.ok(Math.abs(r - 1) < 1e-5);
  }
  near(
    data.items.map(({ label }) => label),
    0.5,
  );
});

test('a checkerboard fills its dark squares and no others', async () => {
  const counts = new Map<string, number>();
  for (const [x, y] of pairs(await load('checkerboard', 8000))) {
    const [column, row] = [x, y].map((v) => Math.floor((v / 0.9 + 1) * 2)) as [number, number];
    assert.equal((column + row) % 2, 0);
    counts.set(`${column} ${row}`, (counts.get(`${column} ${row}`) ?? 0) + 1);
  }
  assert.equal(counts.size, 8);
  for (const n of counts.values()) assert.ok(Math.abs(n - 1000) < 4 * Math.sqrt(8000 * (1 / 8) * (7 / 8)));
});

test('gaussians have the means, the width and the weights they should', async () => {
  const data = await load('gaussians:3', 6000);
  assert.deepEqual(data.classes, ['0°', '120°', '240°']);
  const points = pairs(data);
  for (const k of [0, 1, 2]) {
    const own = points.filter((_, i) => data.items[i]!.label === k);
    const angle = (2 * Math.PI * k) / 3;
    near(
      own.map(([x]) => x),
      0.7 * Math.cos(angle),
    );
    near(
      own.map(([, y]) => y),
      0.7 * Math.sin(angle),
    );
    near(
      own.map(([x]) => (x - 0.7 * Math.cos(angle)) ** 2),
      0.06 ** 2,
    );
    near(
      points.map((_, i) => (data.items[i]!.label === k ? 1 : 0)),
      1 / 3,
    );
  }
});

test('letters are on their strokes, as many points as the strokes are long', async () => {
  const data = await load('letters:LI', 4000, { noise: 0 });
  assert.deepEqual(data.classes, ['L', 'I']);
  // L has strokes of 6 + 4, I of 6 + 2 + 2: half of the points each.
  near(
    data.items.map(({ label }) => label),
    0.5,
  );
  const scale = 1.76 / (2 * glyphWidth + 1.6);
  for (const [i, [x, y]] of pairs(data).entries()) {
    const [u, v] = [x / scale + (2 * glyphWidth + 1.6) / 2, y / scale + glyphHeight / 2];
    if (data.items[i]!.label === 0) assert.ok(Math.min(Math.abs(u), Math.abs(v)) < 1e-4, `${u}, ${v}`);
  }
  assert.ok(
    Object.values(glyphs)
      .flat(2)
      .every(([x, y]) => x >= 0 && x <= glyphWidth && y >= 0 && y <= glyphHeight),
  );
});

suite('2d:svg', () => {
  test('draws points where the ink is, upright, half as many where it is half as strong', async () => {
    const data = await load(`svg:${file('drawing.svg')}`);
    const points = pairs(data);
    // 40 × 10 units become 1.8 × 0.45.
    for (const [x, y] of points) assert.ok(Math.abs(x) <= 0.91 && Math.abs(y) <= 0.235);
    near(
      points.map(([x]) => (x < 0 ? 1 : 0)),
      2 / 3,
    );
    assert.equal(data.sources[0]!.license, 'unknown');
  });

  test('takes darkness for ink where there is a white page', async () => {
    const points = pairs(await load(`svg:${file('paper.svg')}`));
    assert.ok(points.every(([x, y]) => Math.hypot(x, y) < 0.93));
    near(
      points.map(([x, y]) => x * x + y * y),
      0.9 ** 2 / 2,
    ); // evenly in a disc
  });

  test('says what is wrong with a file', async () => {
    await assert.rejects(load(`svg:${file('none.svg')}`), { message: `There is no file ${file('none.svg')}.` });
    await assert.rejects(load(`svg:${file('empty.svg')}`), { message: `${file('empty.svg')} is empty (0 bytes).` });
    await assert.rejects(load(`svg:${file('broken.svg')}`), (error: Error) =>
      error.message.startsWith(`${file('broken.svg')} cannot be read as an SVG drawing: `),
    );
    await assert.rejects(load(`svg:${file('nothing.svg')}`), {
      message: `${file('nothing.svg')} shows nothing: there is no ink in it to draw points from.`,
    });
    await assert.rejects(load('svg'), { message: '2d:svg needs a drawing: 2d:svg:FILE.' });
  });
});

test('wrong requests are one sentence', async () => {
  await assert.rejects(load('swisroll'), {
    message: `Unknown 2d data set "swisroll". Did you mean "swissroll"? Known: ${pointSets.names.join(', ')}.`,
  });
  await assert.rejects(load('moons:3'), { message: '2d:moons takes nothing behind its name, got "3".' });
  await assert.rejects(load('gaussians:x'), {
    message: '2d:gaussians: the count must be an integer in [1, 64], got "x".',
  });
  await assert.rejects(load('letters:A#'), (error: Error) => error.message.startsWith('2d:letters cannot draw "#".'));
  await assert.rejects(load('letters:   '), { message: '2d:letters: the text must be 1 to 24 letters, got "   ".' });
  await assert.rejects(finish(datasets.get('2d').load({}, { size: 32 })), {
    message: '2d: points have no size, asked for 32. Leave the size out.',
  });
});

test('batches of points have the shape of points', async () => {
  const data = await load('moons', 200);
  const batch = batches({ data, key: key(0), batchSize: 7 }).at(3);
  assert.deepEqual(batch.x.shape, [7, 2]);
  for (const [row, i] of batch.indices.entries()) {
    assert.deepEqual(batch.x.data.subarray(2 * row, 2 * row + 2), data.images.subarray(2 * i, 2 * i + 2));
  }
});
