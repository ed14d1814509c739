import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { type HostArray, rows } from '../core/host-array.js';
import { createRuntime } from '../runtime/node.js';
import { referenceRuntime } from '../runtime/reference.js';
import type { Runtime } from '../runtime/runtime.js';
import { type GenerateOptions, generate, generateAll } from './generate.js';
import { nullLabel } from './labels.js';
import { pictureShape } from './model.js';

const runtime = createRuntime({ threads: 1 });
const plain = tinyModel();
const conditional = tinyModel({ classes: 3 });

const usual = { model: plain, runtime, seed: 7, steps: 3, count: 8 };
const labels = [0, 1, 2, 0, 1, 2, null, 0];
/** Every sampler that adds noise must do so per picture too. */
const noisy = { sampler: { name: 'ddim', options: { eta: 1 } } } as const;

/** Picture i of some. */
const picture = (pictures: HostArray<'float32'>, i: number) => rows(pictures, i, i + 1).data;

suite('a picture depends on seed, number and label alone', () => {
  const variants: Readonly<Record<string, Partial<GenerateOptions>>> = {
    unconditional: {},
    'with fresh noise in every step': { scheme: noisy },
    'with classes': { model: conditional, labels },
    guided: { model: conditional, labels, guidance: 3, scheme: noisy },
  };
  for (const [name, variant] of Object.entries(variants)) {
    test(`${name}: the same bits at every batch size`, async () => {
      const expected = await generateAll({ ...usual, ...variant, batch: 8 });
      assert.deepEqual(expected.shape, [8, 3, 8, 8]);
      for (const batch of [1, 3]) assert.deepEqual(await generateAll({ ...usual, ...variant, batch }), expected);
    });
  }

  test('not on its neighbours', async () => {
    const given = { ...usual, model: conditional, guidance: 2, scheme: noisy };
    const some = await generateAll({ ...given, labels });
    const others = await generateAll({ ...given, labels: labels.map((label, i) => (i === 2 ? label : 1)) });
    assert.deepEqual(picture(others, 2), picture(some, 2));
    assert.notDeepEqual(picture(others, 3), picture(some, 3));
  });

  test('not on how many there are', async () => {
    const [few, many] = [await generateAll({ ...usual, count: 3 }), await generateAll(usual)];
    assert.deepEqual(few, rows(many, 0, 3));
  });

  test('but on the seed, and on its number', async () => {
    const [some, others] = [await generateAll(usual), await generateAll({ ...usual, seed: 8 })];
    for (let i = 0; i < 8; i++) assert.notDeepEqual(picture(some, i), picture(others, i));
    for (let i = 1; i < 8; i++) assert.notDeepEqual(picture(some, i), picture(some, 0));
  });

  test('the engine computes what the reference interpreter does', async () => {
    const given = { ...usual, count: 1, steps: 1, model: conditional, labels: [2] };
    const [got, expected] = [await generateAll(given), await generateAll({ ...given, runtime: referenceRuntime() })];
    assert.ok(got.data.every((value, i) => Math.abs(value - expected.data[i]!) < 1e-5));
  });
});

suite('classes and guidance', () => {
  const given = { ...usual, model: conditional };

  test('the label changes the picture; none, null and the label for any are the same', async () => {
    const all = (label: number | null) => generateAll({ ...given, labels: Array.from({ length: 8 }, () => label) });
    const any = await generateAll(given);
    assert.deepEqual(await all(null), any);
    assert.deepEqual(await all(3), any);
    assert.notDeepEqual(await all(0), any);
  });

  test('a guidance of 1 is none, 0 ignores the label, more goes further from "any class"', async () => {
    const one = await generateAll({ ...given, labels });
    assert.deepEqual(await generateAll({ ...given, labels, guidance: 1 }), one);
    const nearly = await generateAll({ ...given, labels, guidance: 1 + 1e-12 });
    assert.ok(nearly.data.every((value, i) => Math.abs(value - one.data[i]!) < 1e-4));
    const any = await generateAll(given);
    const zero = await generateAll({ ...given, labels, guidance: 0 });
    assert.ok(zero.data.every((value, i) => Math.abs(value - any.data[i]!) < 1e-4));
    const distance = ({ data }: HostArray<'float32'>): number =>
      Math.sqrt(data.reduce((sum, value, i) => sum + (value - any.data[i]!) ** 2, 0));
    assert.ok(distance(await generateAll({ ...given, labels, guidance: 4 })) > distance(one));
  });

  test('labels that cannot be are refused', async () => {
    const refuses = (options: Partial<GenerateOptions>, message: string) =>
      assert.rejects(generateAll({ ...given, count: 2, ...options }), { code: 'bad-label', message });
    await refuses({ model: plain, labels: [0, 0] }, 'generate: this model has no classes: leave the labels out.');
    await refuses({ labels: [0] }, 'generate: 2 pictures need 2 labels, got 1.');
    await refuses({ labels: [0, 4] }, 'generate: labels must be integers in [0, 3], got 4.');
    await refuses({ labels: [-1, 0] }, 'generate: labels must be integers in [0, 3], got -1.');
    await refuses({ labels: [0.5, 0] }, 'generate: labels must be integers in [0, 3], got 0.5.');
  });

  test('a model without a label for any class wants one for every picture', async () => {
    const model = { ...conditional, classes: null };
    assert.equal(nullLabel(model), null);
    const refuses = (options: Partial<GenerateOptions>, message: string) =>
      assert.rejects(generateAll({ ...given, model, count: 2, ...options }), { code: 'bad-label', message });
    const everyone = 'Give every picture one of its labels, integers in [0, 3].';
    await refuses({}, `generate: this model has no label for "any class". ${everyone}`);
    await refuses({ labels: [0, null] }, `generate: this model has no label for "any class". ${everyone}`);
    await refuses(
      { labels: [0, 1], guidance: 2 },
      'generate: guidance compares with "any class", and this model has no label for it. Leave guidance at 1.',
    );
    const pictures = await generateAll({ ...given, model, count: 2, labels: [0, 1] });
    assert.deepEqual(pictures, await generateAll({ ...given, count: 2, labels: [0, 1] }));
  });
});

suite('generate', () => {
  test('yields every step of every batch and counts them', async () => {
    const frames = [];
    for await (const { done, total, first, step, x, denoised } of generate({ ...usual, count: 5, batch: 2 })) {
      frames.push({ done, total, first, step });
      assert.deepEqual(x.shape, [first === 4 ? 1 : 2, 3, 8, 8]);
      assert.deepEqual(denoised.shape, x.shape);
      assert.ok(denoised.data.every((value) => Math.abs(value) <= 1));
    }
    assert.equal(frames.length, 9);
    assert.deepEqual(
      frames.map(({ done }) => done),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.deepEqual(frames[4], { done: 5, total: 9, first: 2, step: 2 });
  });

  test('stops between steps when told to, and closes the network', async () => {
    const { watched, open } = counting(runtime);
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = async () => {
      for await (const { done } of generate({ ...usual, runtime: watched, signal: controller.signal })) {
        assert.equal(open(), 1);
        if (done === 2) controller.abort(reason);
      }
    };
    await assert.rejects(run(), reason);
    assert.equal(open(), 0);
  });

  test('closes the network when the caller loses interest', async () => {
    const { watched, open } = counting(runtime);
    for await (const _ of generate({ ...usual, runtime: watched })) break;
    assert.equal(open(), 0);
  });

  test('numbers that cannot be are refused before anything is compiled', async () => {
    const refuses = (options: Partial<GenerateOptions>, message: string) =>
      assert.rejects(generateAll({ ...usual, ...options }), { code: 'bad-option', message });
    await refuses({ count: 0 }, 'generate: count must be an integer ≥ 1, got 0.');
    await refuses({ batch: 0 }, 'generate: batch must be an integer ≥ 1, got 0.');
    await refuses({ seed: -1 }, 'generate: seed must be an integer in [0, 9007199254740991], got -1.');
    await assert.rejects(generateAll({ ...usual, steps: 0 }), { name: 'ToolkitError' });
  });

  test("torch's random numbers: the same for the same seed, drawn for the batch as a whole", async () => {
    const torch = { ...usual, random: 'torch-cpu', scheme: noisy } as const;
    const pictures = await generateAll(torch);
    assert.deepEqual(await generateAll(torch), pictures);
    assert.notDeepEqual(await generateAll({ ...torch, seed: 8 }), pictures);
    assert.notDeepEqual(await generateAll({ ...usual, scheme: noisy }), pictures);
    assert.ok(pictures.data.every(Number.isFinite));
  });

  test('other samplers and steps may be asked for', async () => {
    const own = await generateAll(usual);
    for (const sampler of ['ddpm', 'euler', 'heun'] as const) {
      const pictures = await generateAll({ ...usual, scheme: { sampler: { name: sampler } } });
      assert.deepEqual(pictures.shape, own.shape);
      assert.notDeepEqual(pictures, own);
    }
    assert.notDeepEqual(await generateAll({ ...usual, scheme: { limit: null } }), own);
  });
});

test('the shape of a picture follows the config', () => {
  assert.deepEqual(pictureShape(plain), [3, 8, 8]);
  assert.deepEqual(pictureShape({ config: { ...plain.config, sample_size: [16, 24], in_channels: 1 } }), [1, 16, 24]);
  assert.deepEqual(pictureShape({ config: { ...plain.config, sample_size: null } }), [3, 32, 32]);
});

/** A runtime that counts what it holds open. */
function counting(inner: Runtime): { readonly watched: Runtime; readonly open: () => number } {
  let open = 0;
  const watched: Runtime = {
    name: inner.name,
    async compile(graph, options) {
      const executable = await inner.compile(graph, options);
      open += 1;
      const close = (): void => {
        open -= 1;
        executable.close();
      };
      return { run: executable.run, close, [Symbol.dispose]: close };
    },
  };
  return { watched, open: () => open };
}
