import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { key } from '../core/random.js';
import { initialise, mlp, presetConfig, unet2d } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { generateAll } from './generate.js';
import type { DiffusionModel } from './model.js';
import { retarget } from './retarget.js';

const runtime = createRuntime({ threads: 1 });
const plain = tinyModel();
const classed = tinyModel({ classes: 3 });

/** What a model draws when it is told these labels. */
async function drawn(model: DiffusionModel, labels?: readonly (number | null)[]): Promise<Float32Array> {
  const told = labels ? { labels } : {};
  return (await generateAll({ model, runtime, seed: 3, steps: 3, count: 3, ...told })).data;
}

/** Nothing but the order of two sums may differ. */
function near(got: Float32Array, expected: Float32Array): void {
  assert.equal(got.length, expected.length);
  const far = Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)));
  assert.ok(far < 1e-5, `the largest difference is ${far}`);
}

suite('retarget: a model draws as before', () => {
  test('with its own classes, in another order and among new ones, which begin as any class', async () => {
    const other = retarget(classed, { classes: ['class 2', 'new', 'class 0'] });
    assert.deepEqual(await drawn(other, [2, 0, null]), await drawn(classed, [0, 2, null]));
    assert.deepEqual(await drawn(other, [1, 1, 1]), await drawn(classed, [null, null, null]));
    assert.deepEqual([other.classes, other.config.num_class_embeds], [['class 2', 'new', 'class 0'], 4]);
  });

  test('without classes, as it drew any class', async () => {
    const other = retarget(classed, { classes: null });
    near(await drawn(other), await drawn(classed, [null, null, null]));
    assert.deepEqual([other.config.num_class_embeds, other.values.has('class_embedding.weight')], [null, false]);
  });

  test('with classes it never had', async () => {
    const other = retarget(plain, { classes: ['a', 'b'] });
    near(await drawn(other, [0, 1, null]), await drawn(plain));
    assert.deepEqual(other.values.get('class_embedding.weight')!.shape, [3, 32]);
  });

  test('at another size, with as many weights', async () => {
    const other = retarget(plain, { classes: null, size: 16 });
    assert.deepEqual((await drawn(other)).length, 3 * 3 * 16 * 16);
    assert.deepEqual([...other.values], [...plain.values]);
  });

  test('of points as of pictures', async () => {
    const network = mlp({ hidden_features: 8, num_blocks: 1, num_class_embeds: 3 });
    const values = initialise(network.params, key(2));
    const points: DiffusionModel = { ...plain, config: network.config, network, values, classes: ['in', 'out'] };
    near(await drawn(retarget(points, { classes: null })), await drawn(points, [null, null, null]));
  });

  test('where no label stands for any class, the mean of all does', () => {
    const config = presetConfig('tiny', { classes: 2 }); // three rows, of which none is known to stand for all
    const network = unet2d(config);
    const unnamed = { ...plain, config, network, values: initialise(network.params, key(4)), classes: null };
    const { data } = unnamed.values.get('class_embedding.weight')!;
    const row = retarget(unnamed, { classes: ['a'] })
      .values.get('class_embedding.weight')!
      .data.subarray(0, 32);
    const mean = Float32Array.from({ length: 32 }, (_, i) => (data[i]! + data[32 + i]! + data[64 + i]!) / 3);
    near(row, mean);
  });
});

suite('retarget', () => {
  test('leaves the model it is given alone', async () => {
    const before = await drawn(classed, [0, 1, 2]);
    retarget(classed, { classes: null, size: 16, dropout: 0.5 });
    assert.deepEqual(await drawn(classed, [0, 1, 2]), before);
  });

  test('refuses networks that have no vector for each class', () => {
    const config = { ...presetConfig('tiny', {}), class_embed_type: 'timestep' as const };
    const network = unet2d(config);
    const model = { ...plain, config, network, values: initialise(network.params, key(1)) };
    assert.throws(() => retarget(model, { classes: null }), {
      code: 'bad-model',
      message: 'retarget: this model is told classes as "timestep", and has no vector for each.',
    });
  });
});
