import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { floats } from '../../core/host-array.js';
import { key, uniforms } from '../../core/random.js';
import type { Batch } from '../batches.js';
import type { Item } from '../dataset.js';
import { augment, colour, flip, transforms, translate, turn } from './index.js';

const item = (mirrorable: boolean): Item => ({
  name: mirrorable ? 'face' : 'flag',
  label: 0,
  caption: '',
  attributes: [],
  split: 'train',
  mirrorable,
});

const batch = (count: number, channels = 3, mirrorable = true): Batch => ({
  x: floats(
    [count, channels, 6, 6],
    Float32Array.from(uniforms(key(5), count * channels * 36), (u) => 2 * u - 1),
  ),
  labels: new Int32Array(count),
  indices: Int32Array.from({ length: count }, (_, i) => i),
  items: Array.from({ length: count }, () => item(mirrorable)),
});

for (const name of transforms.names) {
  describe(`transform ${name}`, () => {
    const factory = transforms.get(name);
    const certain = factory({ probability: 1 });
    const often = factory({ probability: 0.5 });

    for (const channels of [1, 3, 4]) {
      test(`keeps shape and range with ${channels} channels, and does not write to its input`, () => {
        const input = batch(16, channels);
        const before = input.x.data.slice();
        const { x, changes, labels, items } = augment(input, { transforms: [certain], key: key(1), position: 0 });
        assert.deepEqual(x.shape, input.x.shape);
        assert.ok(x.data.every((v) => v >= -1 && v <= 1));
        assert.deepEqual(input.x.data, before);
        assert.deepEqual(changes.shape, [16, factory.definition.labels.length]);
        assert.equal(labels, input.labels);
        assert.equal(items, input.items, 'what belongs to a picture, its split above all, is untouched');
        assert.notDeepEqual(x.data, before);
      });
    }

    test('depends on the key and the place of the picture, not on its batch', () => {
      const input = batch(4);
      const run = (b: Batch, position: number, seed = 1) =>
        augment(b, { transforms: [often], key: key(seed), position });
      assert.deepEqual(run(input, 8), run(input, 8));
      const second: Batch = {
        ...input,
        x: floats([1, 3, 6, 6], input.x.data.subarray(108, 216)),
        items: input.items.slice(1, 2),
      };
      assert.deepEqual(run(second, 9).x.data, run(input, 8).x.data.slice(108, 216));
      assert.notDeepEqual(run(batch(64), 0).changes, run(batch(64), 64).changes);
      assert.notDeepEqual(run(batch(64), 0).changes, run(batch(64), 0, 2).changes);
    });

    test('does nothing, and says so with zeros, when its probability is zero', () => {
      const input = batch(8);
      const { x, changes } = augment(input, { transforms: [factory({ probability: 0 })], key: key(1), position: 0 });
      assert.deepEqual(x, input.x);
      assert.ok(changes.data.every((v) => v === 0));
    });

    test('says zero exactly for the pictures it left alone', () => {
      const input = batch(64);
      const { x, changes } = augment(input, { transforms: [factory()], key: key(3), position: 0 });
      const width = factory.definition.labels.length;
      for (let row = 0; row < 64; row++) {
        const zero = changes.data.subarray(row * width, (row + 1) * width).every((v) => v === 0);
        const same = Buffer.from(x.data.slice(row * 108, (row + 1) * 108).buffer).equals(
          Buffer.from(input.x.data.slice(row * 108, (row + 1) * 108).buffer),
        );
        assert.equal(zero, same, `row ${row}`);
      }
    });
  });
}

const one = (values: readonly number[], size: number, mirrorable = true): Batch => ({
  x: floats([1, 1, size, size], values),
  labels: new Int32Array(1),
  indices: new Int32Array(1),
  items: [item(mirrorable)],
});
const run = (input: Batch, transform: ReturnType<typeof flip>, position = 0) =>
  augment(input, { transforms: [transform], key: key(0), position });

test('flip mirrors rows, and leaves alone what is another thing in the mirror', () => {
  const values = [0.25, 0.5, -0.25, -0.5];
  assert.deepEqual([...run(one(values, 2), flip({ probability: 1 })).x.data], [0.5, 0.25, -0.5, -0.25]);
  assert.deepEqual([...run(one(values, 2, false), flip({ probability: 1 })).x.data], values);
});

test('translate moves whole pixels, says where, and fills with white or the edge', () => {
  const values = Array.from({ length: 16 }, (_, i) => i / 16 - 0.5);
  for (let position = 0; position < 20; position++) {
    const { x, changes } = run(one(values, 4), translate({ pixels: 2 }), position);
    const [right, down] = [...changes.data].map((v) => v * 4) as [number, number];
    assert.ok(Math.abs(right) <= 2 && Math.abs(down) <= 2);
    for (let y = 0; y < 4; y++) {
      for (let col = 0; col < 4; col++) {
        const inside = col - right >= 0 && col - right < 4 && y - down >= 0 && y - down < 4;
        assert.equal(x.data[y * 4 + col], inside ? values[(y - down) * 4 + col - right] : 1);
      }
    }
    const edge = run(one(values, 4), translate({ pixels: 2, fill: 'edge' }), position).x.data;
    assert.ok(edge.every((v) => v < 1));
  }
});

test('turn keeps a constant picture constant and its centre in place', () => {
  const flat = run(one(new Array(25).fill(0.5), 5), turn({ probability: 1, fill: 'edge' })).x.data;
  assert.ok(flat.every((v) => Math.abs(v - 0.5) < 1e-6));
  const dot = new Array(25).fill(-1);
  dot[12] = 1;
  assert.ok(Math.abs(run(one(dot, 5), turn({ probability: 1 })).x.data[12]! - 1) < 1e-6);
});

test('colour keeps grey grey and alpha as it is', () => {
  const input = batch(4, 4);
  const { x } = augment(input, { transforms: [colour({ probability: 1 })], key: key(1), position: 0 });
  for (let row = 0; row < 4; row++) {
    const alpha = (data: Float32Array) => data.slice(row * 144 + 108, row * 144 + 144);
    assert.deepEqual(alpha(x.data), alpha(input.x.data));
  }
});

test('the same transform twice is refused', () => {
  assert.throws(() => augment(batch(1), { transforms: [flip(), flip()], key: key(0), position: 0 }), {
    message: 'augment: the transform "flip" is there twice.',
  });
});
