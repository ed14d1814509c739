import assert from 'node:assert/strict';
import { test } from 'node:test';

import { key } from '../core/random.js';
import { batches, gather } from './batches.js';
import { type DataSet, dataSet, type Item, presentLabels, splitIndices } from './dataset.js';

/** Ten pictures of 4 × 4; picture i is the byte i everywhere; the last three are not for training. */
const ten: DataSet = dataSet({
  name: 'ten',
  sources: [{ name: 'ten', author: 'nobody', license: 'CC0-1.0', url: null }],
  size: 4,
  channels: 1,
  classes: ['a', 'b', 'c'],
  images: Uint8Array.from({ length: 160 }, (_, i) => Math.floor(i / 16)),
  items: Array.from(
    { length: 10 },
    (_, i): Item => ({
      name: `n${i}`,
      label: i === 0 ? -1 : 2 * (i % 2),
      caption: '',
      attributes: [],
      split: i < 7 ? 'train' : i < 9 ? 'val' : 'test',
      mirrorable: true,
    }),
  ),
  skipped: [],
});

test('every epoch has every picture once, and epochs differ', () => {
  const { at, epochSize } = batches({ data: ten, key: key(1), batchSize: 7 });
  assert.equal(epochSize, 7);
  const epochs = [0, 7, 14].map((position) => [...at(position).indices]);
  for (const epoch of epochs) assert.deepEqual(epoch.toSorted(), [0, 1, 2, 3, 4, 5, 6]);
  assert.notDeepEqual(epochs[0], epochs[1]);
});

test('the order is a function of the position alone: any place continues, at any batch size', () => {
  const all = batches({ data: ten, key: key(1), batchSize: 60 }).at(0).indices;
  for (const batchSize of [1, 4, 9]) {
    const resumed = batches({ data: ten, key: key(1), batchSize });
    for (const position of [51, 3, 20, 3]) {
      assert.deepEqual(resumed.at(position).indices, all.slice(position, position + batchSize));
    }
  }
  assert.notDeepEqual(batches({ data: ten, key: key(2), batchSize: 60 }).at(0).indices, all);
});

test('a batch has pixels, labels and items that belong together', () => {
  const { x, labels, indices, items } = batches({ data: ten, split: 'val', key: key(0), batchSize: 3 }).at(1);
  assert.deepEqual(x.shape, [3, 1, 4, 4]);
  for (const [row, index] of indices.entries()) {
    assert.ok(index === 7 || index === 8);
    assert.equal(labels[row], ten.items[index]!.label);
    assert.equal(items[row]!.name, `n${index}`);
    assert.ok(x.data.subarray(row * 16, row * 16 + 16).every((v) => v === Math.fround(index / 127.5 - 1)));
  }
  assert.deepEqual([...gather(ten, [0]).labels], [-1]);
});

test('what can be asked of a data set', () => {
  assert.deepEqual([...splitIndices(ten, 'test')], [9]);
  assert.equal(splitIndices(ten, 'all').length, 10);
  assert.deepEqual(presentLabels(ten), [0, 2]);
});

test('wrong requests are one sentence', () => {
  const message = (text: string) => ({ name: 'ToolkitError', message: text });
  const onlyVal = { ...ten, items: ten.items.map((item): Item => ({ ...item, split: 'val' })) };
  assert.throws(
    () => batches({ data: onlyVal, key: key(0), batchSize: 1 }),
    message('ten: none of its 10 pictures is in the train split. Take another split, or more data.'),
  );
  assert.throws(
    () => batches({ data: ten, key: key(0), batchSize: 0 }),
    message('batches: batchSize must be an integer ≥ 1, got 0.'),
  );
  const { at } = batches({ data: ten, key: key(0), batchSize: 1 });
  assert.throws(() => at(-1), message('batches: position must be an integer ≥ 0, got -1.'));
  assert.throws(() => ten.item(10), message('ten has pictures 0 to 9, asked for 10.'));
  assert.throws(() => dataSet({ ...ten, items: [] }), message('ten: there is no picture in it.'));
  assert.throws(() => dataSet({ ...ten, size: 5 }), message('ten: 10 pictures of 1 × 5 × 5 need 250 bytes, got 160.'));
  assert.throws(() => dataSet({ ...ten, classes: null }), message('ten: "n1" has label 2, and there are 0 classes.'));
});

test('balance repeats the pictures of rare classes: (largest/n)^balance times', () => {
  const uneven = dataSet({
    ...ten,
    items: ten.items.map((item, i) => ({ ...item, label: i === 0 ? 0 : 1, split: i < 5 ? 'train' : 'val' })),
  });
  const epoch = (balance: number): number[] => {
    const { at, epochSize } = batches({ data: uneven, key: key(1), batchSize: 1, balance });
    return Array.from({ length: epochSize }, (_, i) => at(i).indices[0]!).sort();
  };
  assert.deepEqual(epoch(0), [0, 1, 2, 3, 4]);
  assert.deepEqual(epoch(0.5), [0, 0, 1, 2, 3, 4]);
  assert.deepEqual(epoch(1), [0, 0, 0, 0, 1, 2, 3, 4]);
});
