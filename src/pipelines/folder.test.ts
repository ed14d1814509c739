import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { tinyModel, usualScheme } from '../../test/model-fixtures.js';
import { readSafetensors, writeSafetensors } from '../nn/index.js';
import type { Scheme } from '../sampling/index.js';
import { loadModel, saveModel } from './folder.js';

const root = await mkdtemp(join(tmpdir(), 'langevin-folder-'));
after(() => rm(root, { recursive: true }));

const model = tinyModel({ classes: 3 });
const good = join(root, 'good');
await saveModel(good, { model, extra: { 'README.md': '# A model\n' } });
const weights = 'unet/diffusion_pytorch_model.safetensors';

/** A copy of the good folder to spoil. */
async function copied(name: string): Promise<string> {
  const path = join(root, name);
  await cp(good, path, { recursive: true });
  return path;
}

suite('saveModel', () => {
  test('writes what diffusers reads, and what was given beside it', async () => {
    const names = await readdir(good, { recursive: true });
    assert.deepEqual(names.filter((name) => name.includes('.')).sort(), [
      'README.md',
      'classes.json',
      'model_index.json',
      'scheduler/scheduler_config.json',
      'unet/config.json',
      weights,
    ]);
    const index = JSON.parse(await readFile(join(good, 'model_index.json'), 'utf8')) as Record<string, unknown>;
    assert.equal(index['_class_name'], 'DDIMPipeline');
    assert.deepEqual(index['unet'], ['diffusers', 'UNet2DModel']);
    assert.deepEqual(index['scheduler'], ['diffusers', 'DDIMScheduler']);
    assert.equal(await readFile(join(good, 'README.md'), 'utf8'), '# A model\n');
  });

  test('equal models give equal bytes', async () => {
    const again = join(root, 'again');
    await saveModel(again, { model: tinyModel({ classes: 3 }), extra: { 'README.md': '# A model\n' } });
    for (const name of (await readdir(good, { recursive: true })).filter((name) => name.includes('.'))) {
      assert.deepEqual(await readFile(join(again, name)), await readFile(join(good, name)), name);
    }
  });

  test('replaces a folder as a whole', async () => {
    const path = await copied('replaced');
    await saveModel(path, { model: tinyModel() });
    assert.ok(!(await readdir(path)).includes('classes.json'));
    assert.equal((await loadModel(path)).classes, null);
  });

  test('a config with an infinity, as Python writes it, is read', async () => {
    const path = await copied('infinite');
    const config = '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "solver_order": 3}';
    await writeFile(join(path, 'scheduler/scheduler_config.json'), config);
    assert.equal((await loadModel(path)).scheme.sampler.name, 'dpmpp-3m');
  });

  test('a scheme that diffusers has no words for is kept as it is, and is read back', async () => {
    const path = join(root, 'own-words');
    const scheme: Scheme = { ...usualScheme, steps: { name: 'geometric' } };
    await saveModel(path, { model: { ...model, scheme } });
    const written = JSON.parse(await readFile(join(path, 'scheduler/scheduler_config.json'), 'utf8'));
    assert.equal((written as { _class_name: string })._class_name, 'LangevinScheme');
    assert.deepEqual((await loadModel(path)).scheme, scheme);
  });

  test('a scheme with a name that does not exist is refused before anything is written', async () => {
    const scheme = { ...usualScheme, steps: { name: 'kerras' } } as unknown as Scheme;
    await assert.rejects(saveModel(join(root, 'unwritable'), { model: { ...model, scheme } }), {
      name: 'ToolkitError',
    });
    assert.ok(!(await readdir(root)).includes('unwritable'));
  });
});

suite('loadModel', () => {
  test('gives back what was saved, number for number', async () => {
    const loaded = await loadModel(good);
    assert.deepEqual([...loaded.values], [...model.values]);
    assert.deepEqual(loaded.scheme, model.scheme);
    assert.deepEqual(loaded.classes, model.classes);
    const {
      _class_name: _,
      _diffusers_version: __,
      ...config
    } = loaded.config as typeof loaded.config & Record<string, unknown>;
    assert.deepEqual(config, model.config);
    assert.match(loaded.hash, /^[0-9a-f]{64}$/);
  });

  test('the hash is that of the weights alone', async () => {
    const path = await copied('hash');
    const { hash } = await loadModel(good);
    await writeFile(join(path, 'README.md'), 'another card');
    assert.equal((await loadModel(path)).hash, hash);
    await saveModel(path, { model: tinyModel({ classes: 3, seed: 2 }) });
    assert.notEqual((await loadModel(path)).hash, hash);
  });

  test('saving what was loaded changes no byte', async () => {
    const path = join(root, 'twice');
    await saveModel(path, { model: await loadModel(good), extra: { 'README.md': '# A model\n' } });
    for (const name of ['unet/config.json', 'scheduler/scheduler_config.json', 'model_index.json', weights]) {
      assert.equal(await readFile(join(path, name), 'latin1'), await readFile(join(good, name), 'latin1'), name);
    }
  });

  test('half precision halves the file and loads as the nearest halves', async () => {
    const path = join(root, 'half');
    await saveModel(path, { model, dtype: 'F16' });
    const [half, full] = await Promise.all([path, good].map((folder) => readFile(join(folder, weights))));
    assert.ok(half!.length < 0.6 * full!.length);
    const { values } = await loadModel(path);
    for (const [name, { data, shape }] of model.values) {
      const stored = values.get(name)!;
      assert.deepEqual(stored.shape, shape);
      for (const [i, value] of data.entries()) {
        assert.ok(Math.abs(stored.data[i]! - value) <= Math.max(2 ** -11 * Math.abs(value), 2 ** -25));
      }
    }
  });

  test('a network alone is read with the scheduler of the DDPM paper', async () => {
    const path = join(root, 'component');
    await cp(join(good, 'unet'), path, { recursive: true });
    const { values, scheme, classes } = await loadModel(path);
    assert.deepEqual([...values], [...model.values]);
    assert.equal(classes, null);
    assert.deepEqual(scheme.grid, {
      ...{ schedule: 'linear', count: 1000, zeroTerminalSnr: false },
      options: { betaStart: 0.0001, betaEnd: 0.02 },
    });
    assert.deepEqual([scheme.prediction, scheme.sampler.name, scheme.steps.name], ['epsilon', 'ddpm', 'leading']);
  });

  test('the flat layout of early days', async () => {
    const path = join(root, 'flat');
    await mkdir(path);
    for (const [from, to] of [
      ['model_index.json', 'model_index.json'],
      ['unet/config.json', 'config.json'],
      [weights, 'diffusion_pytorch_model.safetensors'],
      ['scheduler/scheduler_config.json', 'scheduler_config.json'],
    ] as const) {
      await cp(join(good, from), join(path, to));
    }
    const loaded = await loadModel(path);
    assert.deepEqual([[...loaded.values], loaded.scheme], [[...model.values], model.scheme]);
  });

  test('a training run that holds it as `model`', async () => {
    const path = join(root, 'run');
    await mkdir(path);
    await cp(good, join(path, 'model'), { recursive: true });
    const [{ network: _, ...loaded }, { network: __, ...expected }] = [await loadModel(path), await loadModel(good)];
    assert.deepEqual(loaded, expected);
  });

  test('weights in shards', async () => {
    const path = await copied('shards');
    const tensors = [...readSafetensors(await readFile(join(good, weights))).tensors];
    const parts = [tensors.slice(0, 7), tensors.slice(7)];
    const map: Record<string, string> = {};
    for (const [i, part] of parts.entries()) {
      const name = `diffusion_pytorch_model-0000${i + 1}-of-00002.safetensors`;
      await writeFile(join(path, 'unet', name), writeSafetensors(new Map(part)));
      for (const [key] of part) map[key] = name;
    }
    await rm(join(path, weights));
    await writeFile(join(path, `${weights}.index.json`), JSON.stringify({ metadata: {}, weight_map: map }));
    const [loaded, again] = [await loadModel(path), await loadModel(path)];
    assert.deepEqual([...loaded.values], [...model.values]);
    assert.equal(loaded.hash, again.hash);
  });
});

suite('loadModel says what is wrong', () => {
  const refuses = (path: string, message: string | RegExp) =>
    assert.rejects(loadModel(path), { name: 'ToolkitError', message });

  test('no folder, a file, an empty folder', async () => {
    await refuses(
      join(root, 'nowhere'),
      `There is no folder ${join(root, 'nowhere')}. Name a model folder or a training run.`,
    );
    const file = join(good, 'README.md');
    await refuses(file, `${file} is a file; a model is a folder.`);
    const empty = join(root, 'empty');
    await mkdir(empty);
    const expected = 'expected unet/config.json (a pipeline) or config.json (one network)';
    await refuses(empty, `${empty} holds no model: ${expected}, got nothing.`);
    await writeFile(join(empty, 'unet'), 'not a folder');
    await refuses(empty, `${empty} holds no model: ${expected}, got ["unet"].`);
  });

  test('JSON that is none', async () => {
    const path = await copied('json');
    for (const name of ['unet/config.json', 'scheduler/scheduler_config.json', 'classes.json']) {
      const text = await readFile(join(path, name));
      await writeFile(join(path, name), '{"a": ');
      await refuses(path, `${join(path, name)} is not JSON; it begins with "{\\"a\\": ".`);
      await writeFile(join(path, name), text);
    }
    await loadModel(path);
  });

  test('keys that are not known are told, and the model loads', async () => {
    const path = await copied('later');
    const file = join(path, 'unet/config.json');
    const whole = await loadModel(path);
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), novelty: true }));
    const told: string[] = [];
    const { config, hash } = await loadModel(path, { note: (sentence) => told.push(sentence) });
    assert.deepEqual([config, hash], [whole.config, whole.hash]);
    assert.deepEqual(told, [`${file}: UNet2DModel config has no key "novelty": it is ignored.`]);
  });

  test('configs of something else', async () => {
    const path = await copied('config');
    await writeFile(join(path, 'unet/config.json'), '[]');
    await refuses(path, 'UNet2DModel config must be a JSON object, got [].');
    await writeFile(join(path, 'unet/config.json'), '{"_class_name": "AutoencoderKL"}');
    await refuses(path, 'This config is of a "AutoencoderKL", expected "UNet2DModel".');
  });

  test('classes that are no list of names, or too many', async () => {
    const path = await copied('classes');
    const file = join(path, 'classes.json');
    await writeFile(file, '{"0": "cat"}');
    await refuses(path, `${file} must be a JSON list of class names, got {"0":"cat"}.`);
    await writeFile(file, '["cat", 3]');
    await refuses(path, `${file} must be a JSON list of class names, got ["cat", 3].`);
    await writeFile(file, '["a", "b", "c", "d", "e"]');
    await refuses(path, `${file} names 5 classes, and the network knows 4.`);
  });

  test('weights that are missing, damaged or of another network', async () => {
    const path = await copied('weights');
    const [file, kept] = [join(path, weights), join(root, 'kept')];
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, -3));
    await refuses(path, /diffusion_pytorch_model\.safetensors: .* The file is truncated or damaged\.$/);
    await writeFile(file, writeSafetensors(tinyModel().values));
    await refuses(path, /lacks 1 tensor \("class_embedding\.weight"\)\. Are these the weights of this config\?$/);
    await rename(file, kept);
    await refuses(path, new RegExp(`^${path} has no weights: expected ${weights}\\.`));
  });
});
