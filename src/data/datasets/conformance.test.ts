import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { integers, key } from '../../core/random.js';
import { writeNpy } from '../../files/npy.js';
import { writePng } from '../../files/png.js';
import { batches } from '../batches.js';
import { type DataSet, finish, type LoadContext, type Progress } from '../dataset.js';
import { splits } from '../split.js';
import { datasets } from './index.js';
import { encodeIdx } from './mnist.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-datasets-'));
  const bytes = (seed: number, count: number) => Uint8Array.from(integers(key(seed), count, 256));
  for (let i = 0; i < 40; i++) {
    const picture = { width: 9, height: 7, channels: 3, data: bytes(i, 9 * 7 * 3) };
    await writePng(join(dir, 'folder', i % 2 ? 'odd' : 'even', `${i}.png`), picture);
  }
  await mkdir(join(dir, 'mnist'));
  const digits = { shape: [50], data: Uint8Array.from({ length: 50 }, (_, i) => i % 10) };
  const images = { shape: [50, 28, 28], data: bytes(98, 50 * 784) };
  await writeFile(join(dir, 'mnist', 'train-images.idx3-ubyte'), encodeIdx(images));
  await writeFile(join(dir, 'mnist', 'train-labels.idx1-ubyte'), encodeIdx(digits));
  await writeNpy(join(dir, 'x.npy'), { dtype: 'uint8', shape: [40, 8, 8, 3], data: bytes(99, 40 * 192) });
});
after(() => rm(dir, { recursive: true, force: true }));

/** How each entry of the registry is loaded here; an entry without a line fails the suite. */
const cases: Readonly<
  Record<string, () => { readonly options: Record<string, string>; readonly context?: LoadContext }>
> = {
  '2d': () => ({ options: { which: 'moons' } }),
  emoji: () => ({
    options: { filter: 'noto/food-drink,twemoji/food-drink' },
    context: { size: 8, cacheDir: join(dir, 'cache') },
  }),
  folder: () => ({ options: { directory: join(dir, 'folder') }, context: { size: 8 } }),
  mnist: () => ({ options: { directory: join(dir, 'mnist') } }),
  npy: () => ({ options: { file: join(dir, 'x.npy') } }),
};

for (const name of datasets.names) {
  describe(`data set ${name}`, () => {
    const dataset = datasets.get(name);
    const seen: Progress[] = [];
    let data: DataSet;
    before(async () => {
      const { options, context } = cases[name]!();
      const work = dataset.load(options, context);
      for (;;) {
        const { done, value } = await work.next();
        if (done) {
          data = value;
          break;
        }
        seen.push(value);
      }
    });

    test('says how it is used, and which option the colon sets', () => {
      assert.equal(dataset.name, name);
      assert.ok(dataset.summary.endsWith('.') && dataset.usage.length > 0);
      assert.equal(dataset.options[dataset.argument]?.kind, 'text');
    });

    test('progress never goes back and ends at the whole', () => {
      assert.ok(seen.length > 0);
      assert.ok(seen.every(({ done, total }) => done >= 0 && done <= total));
      assert.equal(seen.at(-1)!.done, seen.at(-1)!.total);
    });

    test('is as large as it says', () => {
      assert.equal(data.items.length, data.count);
      assert.equal(data.images.length, data.count * data.channels * data.size ** 2);
      assert.equal(data.item(data.count - 1).image.length, data.channels * data.size ** 2);
      assert.ok(data.count >= 40);
    });

    test('names its sources and their licences', () => {
      assert.ok(data.sources.length > 0);
      for (const { name: source, author, license } of data.sources) assert.ok(source && author && license);
    });

    test('has labels that exist, captions, and more than one picture', () => {
      for (const { label } of data.items) assert.ok(label >= -1 && label < (data.classes?.length ?? 0));
      assert.ok(new Set(data.images).size > 1);
    });

    test('keeps every name on one side', () => {
      const sideOf = new Map<string, string>();
      for (const item of data.items) {
        assert.ok(splits.includes(item.split));
        assert.equal(sideOf.get(item.name) ?? item.split, item.split, item.name);
        sideOf.set(item.name, item.split);
      }
      assert.ok(data.items.some(({ split }) => split === 'train'));
    });

    test('gives batches in [−1, 1], the same under the same key', () => {
      const at = (seed: number) => batches({ data, key: key(seed), batchSize: 8 }).at(5);
      assert.deepEqual(at(1), at(1));
      assert.notDeepEqual(at(1).indices, at(2).indices);
      assert.ok(at(1).x.data.every((v) => v >= -1 && v <= 1));
    });

    test('is the same when loaded again', async () => {
      const { options, context } = cases[name]!();
      const again = await finish(dataset.load(options, context));
      assert.deepEqual(again.items, data.items);
      assert.deepEqual(again.images, data.images);
    });

    test('stops when it is told to', async () => {
      const { options, context } = cases[name]!();
      const controller = new AbortController();
      controller.abort(new Error('enough'));
      await assert.rejects(
        finish(dataset.load(options, { ...context, cacheDir: join(dir, 'empty'), signal: controller.signal })),
        { message: 'enough' },
      );
    });

    test('has no other options than it declares', async () => {
      assert.throws(() => dataset.load({ colours: 'x' }), { code: 'bad-option' });
    });
  });
}

const real = fileURLToPath(new URL('../../../../shared/data/mnist', import.meta.url));

test('the real MNIST', { skip: !existsSync(real) && `there is no ${real}` }, async () => {
  const data = await finish(datasets.get('mnist').load({ directory: real }, { size: 32 }));
  assert.deepEqual([data.count, data.size, data.channels, data.classes?.length], [70_000, 32, 1, 10]);
  const counts = splits.map((split) => data.items.filter((item) => item.split === split).length);
  assert.equal(counts[2], 10_000);
  assert.ok(counts[1]! > 5_000 && counts[1]! < 7_000);
  assert.equal(data.items[0]!.label, 5, 'the first training digit is a five');
  assert.equal(data.items[60_000]!.label, 7, 'the first test digit is a seven');
  assert.ok(
    data
      .item(0)
      .image.subarray(0, 32 * 2)
      .every((v) => v === 0),
    'two rows of padding',
  );
});
