import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../test/evaluate.js';
import { randomPictures } from '../../test/training-fixtures.js';
import { floats, type HostArray } from '../core/host-array.js';
import { fold, key } from '../core/random.js';
import { gather } from '../data/index.js';
import {
  cosine,
  grid,
  hybrid,
  implicitScoreMatching,
  simple,
  uncertaintyWeighting,
  uniformLevels,
  uniformWeighting,
  v,
  vlb,
} from '../diffusion/index.js';
import { concat, grad, input, mean, square, sub } from '../graph/index.js';
import {
  initialise,
  mlp,
  paramEntries,
  paramInputs,
  parseMlpConfig,
  parseUnet2dConfig,
  presetConfig,
  unet2d,
} from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { batchFeeds, denoisingObjective, noisedFeeds } from './denoising.js';

const data = randomPictures({ count: 12, classes: 3 });
const usual = { loss: simple(), grid: grid({ schedule: cosine() }), prediction: v, weighting: uniformWeighting() };
const take = (...indices: readonly number[]) => gather(data, indices);

suite('noisedFeeds', () => {
  const all = { ...usual, key: key(3), clean: take(0, 1, 2, 3).x, indices: [10, 500, 999, 10], labels: [0, 1, 2, 3] };

  test('a job done in parts gives the rows of the whole', () => {
    const whole = noisedFeeds(all);
    const part = noisedFeeds({ ...all, clean: take(2, 3).x, indices: [999, 10], labels: [2, 3], first: 2 });
    for (const [name, { data: values }] of Object.entries(part)) {
      assert.deepEqual(values, whole[name]!.data.slice(values.length), name);
    }
  });

  test('x and target are the mixes of one noise; t is the training index', () => {
    const { x, t, target, weight, class_labels: labels } = noisedFeeds(all);
    assert.deepEqual(t, floats([4], [10, 500, 999, 10]));
    assert.deepEqual(weight, floats([4], [1, 1, 1, 1]));
    assert.deepEqual(labels!.data, BigInt64Array.of(0n, 1n, 2n, 3n));
    for (const [row, index] of all.indices.entries()) {
      const { alpha, sigma } = usual.grid.level(index);
      // x = α·x₀ + σ·ε and v = α·ε − σ·x₀, hence α·x − σ·v = x₀
      for (let i = row * 192; i < (row + 1) * 192; i++) {
        const clean = alpha * Number(x!.data[i]) - sigma * Number(target!.data[i]);
        assert.ok(Math.abs(clean - all.clean.data[i]!) < 1e-5);
      }
    }
  });

  test('an unconditional network is fed no labels', () => {
    assert.deepEqual(Object.keys(noisedFeeds({ ...all, labels: null })), ['x', 't', 'target', 'weight']);
  });
});

suite('batchFeeds', () => {
  const at = (dropout: number, seed = 7) =>
    batchFeeds({
      ...usual,
      levels: uniformLevels(),
      key: key(seed),
      batch: take(0, 1, 2, 3, 4, 5),
      classes: { nullLabel: 3, dropout },
    });
  const labels = (dropout: number, seed?: number) => Array.from(at(dropout, seed)['class_labels']!.data, Number);

  test('labels are dropped as often as asked, and nothing else changes with it', () => {
    assert.deepEqual(labels(0), [0, 1, 2, 0, 1, 2]);
    assert.deepEqual(labels(1), [3, 3, 3, 3, 3, 3]);
    const seeds = Array.from({ length: 500 }, (_, seed) => seed);
    const dropped = seeds.flatMap((seed) => labels(0.2, seed)).filter((label) => label === 3).length / 3000;
    assert.ok(Math.abs(dropped - 0.2) < 0.03, `${dropped}`); // four standard deviations, and the seeds are fixed
    const { class_labels: _, ...rest } = at(0.5);
    const { class_labels: __, ...others } = at(0);
    assert.deepEqual(rest, others);
  });

  test('a picture without a class has the label for any', () => {
    const batch = { x: take(0, 1).x, labels: Int32Array.of(-1, 2) };
    const feeds = batchFeeds({
      ...usual,
      levels: uniformLevels(),
      key: key(1),
      batch,
      classes: { nullLabel: 3, dropout: 0 },
    });
    assert.deepEqual(feeds['class_labels']!.data, BigInt64Array.of(3n, 2n));
  });

  test('the same key gives the same batch, another key another one', () => {
    assert.deepEqual(at(0.1), at(0.1));
    for (const name of ['x', 't', 'target']) assert.notDeepEqual(at(0.1, 8)[name], at(0.1)[name]);
  });

  test('dropout masks are drawn when there are any', () => {
    const masks = [{ name: 'dropout.0', shape: [4, 250], rate: 0.3 }];
    const feeds = batchFeeds({ ...usual, levels: uniformLevels(), key: key(1), batch: take(0), classes: null, masks });
    const kept = Array.from(feeds['dropout.0']!.data, Number).reduce((sum, bit) => sum + bit, 0);
    assert.ok(Math.abs(kept / 1000 - 0.7) < 0.06); // four standard deviations; the key is fixed
    assert.equal(feeds['class_labels'], undefined);
  });
});

suite('denoisingObjective', () => {
  test('is the mean squared error of the network per picture, times its weight', async () => {
    const network = unet2d(presetConfig('tiny', { classes: 3 }));
    const objective = denoisingObjective({ network, batch: 2, picture: [3, 8, 8], conditional: true, training: true });
    assert.deepEqual(
      [...objective.parameters.keys()],
      paramEntries(network.params).map(([path]) => path),
    ); // prettier-ignore
    const { params, tensors } = paramInputs(network.params);
    const losses = objective.losses((name) => tensors.get(name)!);
    assert.deepEqual(objective.masks(), []);
    const classLabels = input('class_labels', [2], 'int64');
    const shape = [2, 3, 8, 8];
    // The same once more, said plainly; inputs of one name would clash, so it has its own graph.
    const raw = network.apply(params, { sample: input('x', shape), timestep: input('t', [2]), classLabels });
    const plain = mean(square(sub(raw, input('target', shape))), { axes: [1, 2, 3] });
    const runtime = createRuntime({ threads: 1 });
    using ours = await runtime.compile({ outputs: { losses } });
    using theirs = await runtime.compile({ outputs: { plain } });
    const values = Object.fromEntries(initialise(network.params, key(2)));
    const feeds = noisedFeeds({ ...usual, key: key(5), clean: take(0, 1).x, indices: [3, 700], labels: [0, 3] });
    const { weight: _, ...unweighted } = feeds;
    const weight = floats([2], [1, 0.25]);
    const [a, b] = (await ours.run({ ...values, ...unweighted, weight }))['losses']!.data as Float32Array;
    const [c, d] = (await theirs.run({ ...values, ...unweighted }))['plain']!.data as Float32Array;
    assert.deepEqual([a, b], [c, d! / 4]);
  });

  test('with dropout while training, without it while measuring', () => {
    const network = unet2d(presetConfig('tiny', { dropout: 0.5 }));
    const { tensors } = paramInputs(network.params);
    const masks = (training: boolean) => {
      const objective = denoisingObjective({ network, batch: 2, picture: [3, 8, 8], conditional: false, training });
      objective.losses((name) => tensors.get(name)!);
      return objective.masks().map(({ rate }) => rate);
    };
    assert.ok(masks(true).length > 0 && masks(true).every((rate) => rate === 0.5));
    assert.deepEqual(masks(false), []);
  });

  test('what is not trained must be given', () => {
    const network = unet2d(parseUnet2dConfig({ ...presetConfig('tiny'), time_embedding_type: 'fourier' }));
    const frozen = paramEntries(network.params).filter(([, spec]) => spec.frozen);
    assert.equal(frozen.length, 1);
    const usual = { network, batch: 1, picture: [3, 8, 8], conditional: false, training: true };
    const values = initialise(network.params, fold(key(0), 'weights'));
    const { tensors } = paramInputs(network.params);
    const objective = denoisingObjective({ ...usual, frozen: values });
    assert.ok(!objective.parameters.has(frozen[0]![0]));
    assert.deepEqual(objective.losses((name) => tensors.get(name)!).shape, [1]);
    assert.throws(() => denoisingObjective(usual).losses((name) => tensors.get(name)!), {
      code: 'bad-option',
      message: `denoisingObjective: "${frozen[0]![0]}" is not trained and needs a value in frozen.`,
    });
  });
});

suite('self-conditioning', () => {
  const config = parseMlpConfig({
    ...{ in_channels: 4, out_channels: 2, hidden_features: 6, num_blocks: 1, position_frequencies: 0 },
    time_features: 4,
  });
  const network = mlp(config);
  const values = Object.fromEntries(initialise(network.params, key(3)));
  const at = { network, batch: 2, picture: [2], conditional: false, selfConditioning: true };
  const feeds = {
    ...{ x: floats([2, 2], [0.3, -0.2, 1.1, 0.4]), t: floats([2], [10, 500]), weight: floats([2], [1, 1]) },
    target: floats([2, 2], [0.5, 0.1, -0.4, 0.9]),
  };
  /** F(x ‖ shown), said plainly. */
  async function plain(shown: HostArray<'float32'>) {
    const { params, tensors } = paramInputs(network.params);
    const sample = concat(input('x', [2, 2]), input('shown', [2, 2]), { axis: 1 });
    const out = network.apply(params, { sample, timestep: input('t', [2]) });
    const losses = mean(square(sub(out, input('target', [2, 2]))), { axes: [1] });
    const [g] = grad(mean(losses), [tensors.get('proj_in.weight')!]);
    const { weight: _, ...fed } = { ...feeds, shown };
    return evaluateGraph({ out, losses, g: g! }, { ...values, ...fed });
  }
  async function ours(training: boolean, self?: readonly number[]) {
    const { tensors } = paramInputs(network.params);
    const losses = denoisingObjective({ ...at, training }).losses((name) => tensors.get(name)!);
    const [g] = grad(mean(losses), [tensors.get('proj_in.weight')!]);
    return evaluateGraph({ losses, g: g! }, { ...values, ...feeds, ...(self && { self: floats([2], self) }) });
  }
  const nothing = floats([2, 2]);

  test('shows a row its own answer where it is told to, and learns through the second look alone', async () => {
    const first = (await plain(nothing))['out'] as HostArray<'float32'>;
    const [blind, shown] = [await plain(nothing), await plain(first)];
    for (const [self, expected] of [
      [[0, 0], blind],
      [[1, 1], shown],
    ] as const) {
      const found = await ours(true, self);
      assert.deepEqual(found['losses']!.data, expected['losses']!.data);
      assert.deepEqual(found['g']!.data, expected['g']!.data); // no gradient through what is shown
    }
    const mixed = (await ours(true, [1, 0]))['losses']!.data;
    assert.deepEqual([mixed[0], mixed[1]], [shown['losses']!.data[0], blind['losses']!.data[1]]);
    assert.deepEqual((await ours(false))['losses']!.data, shown['losses']!.data); // in evaluation always, as in sampling
  });

  test('half of the rows are shown theirs', () => {
    const shares = Array.from({ length: 200 }, (_, seed) => {
      const { self } = batchFeeds({
        ...usual,
        ...{ levels: uniformLevels(), key: key(seed), batch: take(0, 1, 2, 3), classes: null, self: 0.5 },
      });
      return Array.from(self!.data, Number).reduce((a, b) => a + b) / 4;
    });
    const share = shares.reduce((a, b) => a + b) / shares.length;
    assert.ok(Math.abs(share - 0.5) < 0.06, `${share}`); // three and a half standard deviations; the seeds are fixed
  });
});

suite('a loss and a network that do not go together', () => {
  const network = unet2d(presetConfig('tiny', {}));
  const at = { network, batch: 1, picture: [3, 8, 8], conditional: false, training: true };
  const refuses = (given: object, message: string): void => {
    assert.throws(() => denoisingObjective({ ...at, ...given }), { code: 'bad-option', message });
  };
  test('are told apart before a graph is built', () => {
    refuses(
      { loss: hybrid() },
      'hybrid: the network has 3 output channels and needs 6, 3 for the prediction and 3 for its variance. Change out_channels.',
    );
    refuses(
      { selfConditioning: true },
      'simple: the network has 3 input channels and needs 6, x and what was predicted of it. Change in_channels.',
    );
    refuses(
      { loss: implicitScoreMatching() },
      'implicit: takes one backward pass for each of the 192 values of a sample, which is sensible up to 64. ' +
        'Use sliced, which estimates the same with one.',
    );
    refuses(
      { loss: vlb({ variance: 'fixed-small' }), weighting: uncertaintyWeighting() },
      'vlb: has no error that uncertainty could weight. Use the uniform weighting.',
    );
  });
});
