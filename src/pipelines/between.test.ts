import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { concatRows, floats, type HostArray, rows } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { createRuntime } from '../runtime/node.js';
import { assemble, intervals } from '../sampling/index.js';
import { betweenInH, recordedWalk } from './between.js';
import { hspace } from './hspace.js';
import { semanticAll } from './semantic.js';

type Batch = HostArray<'float32'>;

const runtime = createRuntime({ threads: 1 });
const model = tinyModel({ classes: 3 });
const noise = (name: string): Batch => floats([1, 3, 8, 8], gaussians(fold(key(2), name), 192));
const [from, to] = [noise('from'), noise('to')];
const usual = { model, runtime, steps: 5, key: key(1) };
const distance = (a: Batch, b: Batch): number =>
  Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0));

suite('between two pictures in h', () => {
  test('the record of a walk begins with what the network says of the noise', async () => {
    const { times, values } = await recordedWalk({ ...usual, start: from, label: 1 });
    assert.deepEqual([times.length, values.shape[0]], [5, 5]);
    assert.ok(
      times.every((t, i) => i === 0 || t > times[i - 1]!),
      `times rise: ${times.join(', ')}`,
    );
    const parts = assemble(model.scheme);
    const { cIn, cNoise } = parts.precondition(intervals(parts.steps(5))[0]!.from);
    assert.equal(cIn, 1);
    using open = hspace({ model, runtime, batch: 1 });
    const { h } = await open.record({ x: from, cNoise, labels: [1] });
    assert.deepEqual(rows(values, 4, 5), h);
  });

  test('there and back are opposite, and nowhere to go is nothing', async () => {
    const there = await betweenInH({ ...usual, from, to, labels: [0, 2] });
    const back = await betweenInH({ ...usual, from: to, to: from, labels: [2, 0] });
    assert.deepEqual(
      there.values.data.map((value) => -value + 0),
      back.values.data.map((value) => value + 0),
    );
    const same = await betweenInH({ ...usual, from, to: from, labels: [0, 0] });
    assert.ok(
      same.values.data.every((value) => value === 0),
      'no difference',
    );
  });

  test('strength 0 is the first picture in every bit; more of it changes more', async () => {
    const change = await betweenInH({ ...usual, from, to, labels: [0, 2] });
    const start = concatRows([from, from, from]);
    const labels = [0, 0, 0];
    const plain = await semanticAll({ ...usual, start, labels, edits: [] });
    const moved = await semanticAll({ ...usual, start, labels, edits: [{ change, strengths: [0, 0.5, 1] }] });
    assert.deepEqual(rows(moved, 0, 1), rows(plain, 0, 1));
    const [half, whole] = [1, 2].map((i) => distance(rows(moved, i, i + 1), rows(plain, i, i + 1))) as [number, number];
    assert.ok(half > 0 && whole > half, `${half} and ${whole}`);
  });
});
