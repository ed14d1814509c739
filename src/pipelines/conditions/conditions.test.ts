import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { usualScheme } from '../../../test/model-fixtures.js';
import { randomPictures } from '../../../test/training-fixtures.js';
import { floats, gaussians, type HostArray, key, rows } from '../../core/index.js';
import { gather } from '../../data/index.js';
import { conditioned, initialise, presetConfig } from '../../nn/index.js';
import { createRuntime } from '../../runtime/node.js';
import { loadModel, saveModel } from '../folder.js';
import { generateAll } from '../generate.js';
import type { DiffusionModel } from '../model.js';
import { attributeRow, bindConditions, conditionOf, conditions, hidden, type ModelConditionEntry } from './index.js';

const root = await mkdtemp(join(tmpdir(), 'langevin-conditions-'));
after(() => rm(root, { recursive: true }));

const names = ['kind:even', 'kind:odd', 'size:large'];
const data = randomPictures({ count: 8, attributes: (i) => (i === 7 ? [] : [i % 2 ? 'kind:odd' : 'kind:even']) });
const subject = { channels: 3, size: 8, attributes: names };
const pictures = gather(data, [0, 1, 7]);
const runtime = createRuntime({ threads: 1 });
const at = (batch: HostArray<'float32'>, b: number, c: number, y: number, x: number): number =>
  batch.data[((b * batch.shape[1]! + c) * 8 + y) * 8 + x]!;

for (const name of conditions.names) {
  const entry = conditions.entries[name] as unknown as ModelConditionEntry;

  suite(name, () => {
    const condition = entry.create(subject);
    const { config } = condition;
    const told = condition.of({ ...pictures, key: key(1) });
    const network = conditioned({ config: presetConfig('tiny'), condition: config });
    const values = initialise(network.params, key(2));
    const model: DiffusionModel = {
      ...{ config: network.config, network, values, scheme: usualScheme, classes: null, condition: config, hash: '' },
    };
    const bound = bindConditions(
      model,
      [0, 1].map((i) => ({ name: `row ${i}`, value: rows(told, i, i + 1) })),
    );
    const draw = (of: DiffusionModel, labels: readonly (number | null)[] | null, guidance = 1) =>
      generateAll({ model: of, runtime, count: 2, seed: 3, steps: 3, guidance, ...(labels && { labels }) });

    test('is registered under its own name, and comes back from the config it makes', () => {
      assert.equal(entry.definition.name, name);
      assert.equal(config.name, name);
      assert.deepEqual(conditionOf(config).of({ ...pictures, key: key(1) }), told);
    });

    test('tells as much as its config says, the same for the same key', () => {
      const expected = config.kind === 'vector' ? [3, config.width] : [3, config.width, 8, 8];
      assert.deepEqual(told.shape, expected);
      assert.ok(
        rows(told, 0, 1).data.some((value) => value !== 0),
        'zeros say nothing',
      );
      assert.deepEqual(condition.of({ ...pictures, key: key(1) }), told);
    });

    test('a model is told it as a class; told nothing it is the model that was not asked', async () => {
      assert.deepEqual(bound.classes, ['row 0', 'row 1']);
      const [free, asked] = [await draw(model, null), await draw(bound, [0, 1])];
      assert.deepEqual((await draw(bound, [null, null])).data, free.data);
      assert.notDeepEqual(asked.data, free.data);
      const swapped = await draw(bound, [1, 0]);
      assert.notDeepEqual(swapped.data, asked.data);
      const guided = await draw(bound, [0, 1], 3);
      assert.ok(
        guided.data.every(Number.isFinite) && guided.data.some((value, i) => value !== asked.data[i]),
        'guidance',
      );
      assert.deepEqual((await draw(bound, [0, 1], 0)).data, free.data); // scale 0 is the null condition
    });

    test('its folder comes back number for number, with what diffusers loads inside', async () => {
      const path = join(root, name.replace(':', '-'));
      await saveModel(path, { model });
      const again = await loadModel(path);
      assert.deepEqual(
        JSON.parse(JSON.stringify(again.condition)),
        JSON.parse(JSON.stringify({ ...config, ...again.condition })),
      );
      assert.deepEqual([...again.values.keys()], [...values.keys()]);
      for (const [param, { data: numbers }] of values) assert.deepEqual(again.values.get(param)!.data, numbers, param);
      assert.deepEqual((await draw(again, null)).data, (await draw(model, null)).data);
      const files = await readdir(join(path, 'condition'));
      assert.deepEqual(files.sort(), config.kind === 'vector' ? ['config.json', 'model.safetensors'] : ['config.json']);
    });
  });
}

suite('what is told', () => {
  const of = (name: string, options: object = {}) =>
    (conditions.get(name) as unknown as ModelConditionEntry).create(subject, options as never);

  test('attributes: 1 there, −1 not there, 0 where it cannot be told', () => {
    const { data: told } = of('attributes').of({ ...pictures, key: key(1) });
    assert.deepEqual([...told], [1, -1, 0, -1, 1, 0, 0, 0, 0]);
    const asked = attributeRow(names, [
      { name: 'kind:odd', there: true },
      { name: 'size:large', there: false },
    ]);
    assert.deepEqual([...asked.data], [0, 1, -1]);
    assert.throws(() => attributeRow(names, [{ name: 'kind:od', there: true }]), {
      message: 'Unknown attribute "kind:od". Did you mean "kind:odd"? Known: kind:even, kind:odd, size:large.',
    });
  });

  test('super-resolution: the mean of each block all over it', () => {
    const told = of('image:super-resolution', { factor: 2 }).of({ ...pictures, key: key(1) });
    const { x } = pictures;
    const mean = (at(x, 1, 2, 4, 6) + at(x, 1, 2, 4, 7) + at(x, 1, 2, 5, 6) + at(x, 1, 2, 5, 7)) / 4;
    for (const [r, c] of [
      [4, 6],
      [4, 7],
      [5, 6],
      [5, 7],
    ]) {
      assert.ok(Math.abs(at(told, 1, 2, r!, c!) - mean) < 1e-6, `${r} ${c}`);
    }
    assert.equal(at(told, 1, 3, 0, 0), 1);
    assert.throws(() => of('image:super-resolution', { factor: 3 }), {
      message: 'image:super-resolution: factor must divide the side of the pictures, got 3 and 8.',
    });
  });

  test('colour: the brightness of each pixel', () => {
    const told = of('image:colour').of({ ...pictures, key: key(1) });
    const { x } = pictures;
    const y = 0.299 * at(x, 0, 0, 3, 5) + 0.587 * at(x, 0, 1, 3, 5) + 0.114 * at(x, 0, 2, 3, 5);
    assert.ok(Math.abs(at(told, 0, 0, 3, 5) - y) < 1e-6, 'brightness');
    assert.throws(() => conditions.entries['image:colour'].create({ ...subject, channels: 1 }), { code: 'bad-option' });
  });

  test('inpaint: the picture outside of a box, nothing inside, and which is which', () => {
    const told = of('image:inpaint', { least: 0.5, most: 0.5 }).of({ ...pictures, key: key(1) });
    for (let b = 0; b < 3; b++) {
      let missing = 0;
      for (let i = 0; i < 64; i++) {
        const [y, x] = [Math.floor(i / 8), i % 8];
        const seen = at(told, b, 3, y, x);
        assert.ok(seen === 0 || seen === 1, `${seen}`);
        assert.equal(at(told, b, 1, y, x), seen === 1 ? at(pictures.x, b, 1, y, x) : 0);
        missing += 1 - seen;
      }
      assert.equal(missing, 16);
    }
    const opaque = floats(
      [1, 1, 8, 8],
      Float32Array.from({ length: 64 }, (_, i) => i % 2),
    );
    const given = of('image:inpaint').given({ x: rows(pictures.x, 0, 1), opaque });
    assert.deepEqual(given.data.slice(-64), opaque.data);
  });

  test('hiding: of a share of pictures all, of the others each number as often as not', () => {
    const all = floats([4000, 4], new Float32Array(16_000).fill(1));
    const left = hidden(all, { key: key(5), share: 0.2 });
    const kept = Array.from({ length: 4000 }, (_, b) => left.data.slice(b * 4, b * 4 + 4).reduce((a, c) => a + c, 0));
    // Nothing: 0.2 + 0.8·∫(r⁴)dr = 0.36; all four: 0.8·∫(1 − r)⁴dr = 0.16; each number: 0.8·½
    const share = (count: number): number => kept.filter((n) => n === count).length / 4000;
    assert.ok(Math.abs(share(0) - 0.36) < 0.023, `${share(0)}`); // three deviations
    assert.ok(Math.abs(share(4) - 0.16) < 0.018, `${share(4)}`);
    assert.ok(Math.abs(kept.reduce((a, b) => a + b, 0) / 16_000 - 0.4) < 0.018, 'mean');
    const images = floats([500, 1, 2, 2], gaussians(key(1), 2000));
    const some = hidden(images, { key: key(6), share: 0.5 });
    for (let b = 0; b < 500; b++) {
      const row = some.data.slice(b * 4, b * 4 + 4);
      const whole = images.data.slice(b * 4, b * 4 + 4);
      assert.ok(row.every((v) => v === 0) || row.every((v, i) => v === whole[i]), `image ${b} is hidden in part`);
    }
    assert.deepEqual(hidden(images, { key: key(6), share: 0 }), images);
  });

  test('a model without a condition, or values that do not fit it, are refused', () => {
    const network = conditioned({ config: presetConfig('tiny'), condition: of('attributes').config });
    const bare = { config: network.config, network, values: new Map(), scheme: usualScheme, classes: null, hash: '' };
    const asked = [{ name: 'a', value: floats([1, 2]) }];
    assert.throws(() => bindConditions(bare, asked), { code: 'bad-option' });
    assert.throws(() => bindConditions({ ...bare, condition: network.condition }, asked), {
      message: 'bindConditions: attributes is told as 3 numbers or channels, got [1, 2] for "a".',
    });
  });
});
