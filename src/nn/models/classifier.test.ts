import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, gaussians, type HostArray, key, type Shape, sizeOf } from '../../core/index.js';
import { grad, input, sum } from '../../graph/index.js';
import { countParams, initialise, paramInputs } from '../params.js';
import { type Classifier, classifier } from './classifier.js';
import { formatClassifierConfig, isClassifierConfig, parseClassifierConfig } from './classifier-config.js';

const small = { num_classes: 3, block_out_channels: [8, 16], norm_num_groups: 4, num_features: 6 } as const;
const noise = (shape: Shape, seed: number): HostArray<'float32'> => floats(shape, gaussians(key(seed), sizeOf(shape)));

async function run(model: Classifier, x: HostArray<'float32'>, t?: readonly number[]) {
  const { params } = paramInputs(model.params);
  const timestep = t && input('t', [t.length]);
  const { logits, features } = model.apply(params, { sample: input('x', x.shape), timestep });
  const values = Object.fromEntries(initialise(model.params, key(5)));
  const results = await evaluateGraph(
    { logits, features },
    { ...values, x, ...(t && { t: floats([t.length], [...t]) }) },
  );
  return { logits: results['logits']!, features: results['features']! };
}

suite('classifier', () => {
  const model = classifier(small);

  test('pictures of any size give logits and features', async () => {
    for (const [height, width] of [
      [8, 8],
      [7, 5],
      [1, 3],
    ]) {
      const { logits, features } = await run(model, noise([2, 3, height!, width!], 1));
      assert.deepEqual(
        [logits.shape, features.shape],
        [
          [2, 3],
          [2, 6],
        ],
      );
    }
  });

  test('a picture has the same features in any batch', async () => {
    const pair = noise([2, 3, 8, 8], 1);
    const alone = floats([1, 3, 8, 8], pair.data.slice(192));
    const [both, one] = [await run(model, pair), await run(model, alone)];
    assert.deepEqual(both.features.data.slice(6), one.features.data);
  });

  test('the gradient reaches every parameter and the picture', async () => {
    const aware = classifier({ ...small, noise_conditional: true });
    const { params, tensors } = paramInputs(aware.params);
    const sample = input('x', [2, 3, 8, 8]);
    const { logits } = aware.apply(params, { sample, timestep: input('t', [2]) });
    const weights = input('w', [2, 3]);
    const wrt = [...tensors.values(), sample];
    const grads = grad(logits, wrt, weights);
    const feeds = { ...Object.fromEntries(initialise(aware.params, key(5))), x: noise([2, 3, 8, 8], 1) };
    const outputs = Object.fromEntries(grads.map((g, i) => [`g${i}`, sum(g, {})]));
    const names = [...tensors.keys(), 'x'];
    const results = await evaluateGraph(outputs, { ...feeds, t: floats([2], [3, 700]), w: noise([2, 3], 2) });
    for (const [i, name] of names.entries()) assert.notEqual(Number(results[`g${i}`]!.data[0]), 0, name);
  });

  test('the noise level changes the answer of a network that knows it', async () => {
    const aware = classifier({ ...small, noise_conditional: true });
    const x = noise([2, 3, 8, 8], 1);
    const [low, high] = [await run(aware, x, [0, 0]), await run(aware, x, [0, 900])];
    assert.deepEqual(low.logits.data.slice(0, 3), high.logits.data.slice(0, 3));
    assert.notDeepEqual(low.logits.data.slice(3), high.logits.data.slice(3));
  });

  test('what does not fit is said before anything is built', () => {
    const { params } = paramInputs(model.params);
    const sample = input('x', [2, 3, 8, 8]);
    const refused = (build: () => unknown, message: string): void => assert.throws(build, { message });
    refused(
      () => model.apply(params, { sample: input('x', [2, 1, 8, 8]) }),
      'classifier: sample must be [B, 3, H, W], got float32[2, 1, 8, 8].',
    );
    refused(
      () => model.apply(params, { sample, timestep: input('t', [2]) }),
      'classifier: got a timestep, but this network knows no noise levels. Leave it out, or set noise_conditional.',
    );
    const aware = classifier({ ...small, noise_conditional: true });
    refused(
      () => aware.apply(paramInputs(aware.params).params, { sample }),
      'classifier: this network knows noise levels. Give it a timestep.',
    );
  });
});

suite('classifier config', () => {
  test('comes back from its file', () => {
    const config = parseClassifierConfig({ ...small, sample_size: 32 });
    const text = formatClassifierConfig(config);
    const { _class_name, _diffusers_version, ...rest } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(rest, { ...config });
    assert.equal(formatClassifierConfig(parseClassifierConfig(JSON.parse(text))), text);
    assert.ok(isClassifierConfig(JSON.parse(text)) && !isClassifierConfig(config) && !isClassifierConfig(null));
  });

  test('says what is wrong', () => {
    assert.throws(() => parseClassifierConfig({ block_out_channels: [8, 12], norm_num_groups: 8 }), {
      code: 'bad-config',
      message: 'LangevinClassifier config: norm_num_groups must divide every width, got 8 groups and a width of 12.',
    });
    assert.throws(() => parseClassifierConfig({ clases: 3 }), /has no key "clases"/);
  });

  test('the usual network stays below a million parameters', () => {
    assert.ok(countParams(classifier({ num_classes: 36 }).params) < 1e6);
  });
});
