import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { usualScheme } from '../../test/model-fixtures.js';
import { concatRows, floats, type HostArray, rows } from '../core/host-array.js';
import { gaussians, key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import { input, logSoftmax, neg, softplus } from '../graph/index.js';
import { bindParams, classifier, initialise } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { referenceRuntime } from '../runtime/reference.js';
import type { ClassifierModel } from './classifier.js';
import { classifierGradient } from './classifier-gradient.js';

type Batch = HostArray<'float32'>;

function tinyClassifier({ target = 'class', noisy = true, scheme = usualScheme } = {}): ClassifierModel {
  const network = classifier({
    ...{ in_channels: 2, num_classes: 3, block_out_channels: [8, 8], num_features: 8, norm_num_groups: 4 },
    target: target as 'class',
    noise_conditional: noisy,
  });
  return {
    network,
    values: initialise(network.params, key(5)),
    classes: ['a', 'b', 'c'],
    scheme: noisy ? scheme : null,
    hash: '',
  };
}

const runtime = createRuntime({ threads: 1 });
const space = batchSpace();
const x = floats([2, 2, 8, 8], gaussians(key(1), 256));
const level = { alpha: 0.6, sigma: 0.8 };

/** log p(y | x) of every row, as the network says it at what it is told. */
async function logProbabilities(model: ClassifierModel, at: Batch, cNoise: number, labels: readonly number[]) {
  const { network } = model;
  const params = bindParams(network.params, (path, { shape }) => input(path, shape));
  const { logits } = network.apply(params, { sample: input('x', at.shape), timestep: input('t', [at.shape[0]!]) });
  const log = network.config.target === 'attributes' ? neg(softplus(neg(logits))) : logSoftmax(logits);
  const constants = Object.fromEntries(model.values);
  using executable = await referenceRuntime().compile({ outputs: { log } }, { constants });
  const t = floats([at.shape[0]!], new Float32Array(at.shape[0]!).fill(cNoise));
  const { data } = (await executable.run({ x: at, t }))['log'] as Batch;
  return labels.map((label, row) => data[row * 3 + label]!);
}

suite('classifierGradient', () => {
  for (const target of ['class', 'attributes'] as const) {
    test(`${target}: along random directions it is the central difference of log p(y | x)`, async () => {
      const model = tinyClassifier({ target });
      using gradients = classifierGradient({ model, runtime, batch: 2, space });
      const dx = await gradients.run(x, 300, [2, 0]);
      const h = 0.01;
      for (const direction of [2, 3, 4]) {
        const v = floats(x.shape, gaussians(key(direction), 256));
        const [up, down] = [space.lincomb([1, x], [h, v]), space.lincomb([1, x], [-h, v])];
        const [a, b] = [
          await logProbabilities(model, up, 300, [2, 0]),
          await logProbabilities(model, down, 300, [2, 0]),
        ];
        for (const row of [0, 1]) {
          const slope = (a[row]! - b[row]!) / (2 * h);
          const values = rows(v, row, row + 1).data;
          const along = rows(dx, row, row + 1).data.reduce((sum, value, i) => sum + value * values[i]!, 0);
          const worst = Math.abs(slope - along) / Math.max(0.05, Math.abs(along));
          assert.ok(worst < 0.02, `row ${row}: the difference is ${slope}, the gradient ${along}`);
        }
      }
    });
  }

  test('a row does not depend on its neighbours or the size of the batch', async () => {
    const model = tinyClassifier();
    using gradients = classifierGradient({ model, runtime, batch: 2, space });
    const three = concatRows([x, rows(x, 0, 1)]);
    const all = await gradients([1, 2, 1])(three, level);
    const alone = await gradients([2])(rows(x, 1, 2), level);
    assert.deepEqual(all.shape, [3, 2, 8, 8]);
    assert.deepEqual(rows(all, 1, 2).data, alone.data);
    assert.deepEqual(rows(all, 2, 3).data, rows(all, 0, 1).data);
  });

  test('of several classes it is the sum with their weights', async () => {
    const model = tinyClassifier();
    using gradients = classifierGradient({ model, runtime, batch: 2, space });
    const [a, b] = await Promise.all([gradients([0, 0])(x, level), gradients([2, 2])(x, level)]);
    const both = [
      { label: 0, weight: 1.5 },
      { label: 2, weight: -0.5 },
    ];
    const got = await gradients([both, 2])(x, level);
    const expected = concatRows([rows(space.lincomb([1.5, a], [-0.5, b]), 0, 1), rows(b, 1, 2)]);
    for (const [i, value] of got.data.entries()) {
      assert.ok(Math.abs(value - expected.data[i]!) < 1e-6, `${i}: ${value} is not ${expected.data[i]}`);
    }
  });

  test('a row that wants nothing has no gradient', async () => {
    const model = tinyClassifier();
    using gradients = classifierGradient({ model, runtime, batch: 2, space });
    const dx = await gradients([null, 1])(x, level);
    assert.ok(
      rows(dx, 0, 1).data.every((value) => value === 0),
      'row 0 is pulled',
    );
    assert.ok(
      rows(dx, 1, 2).data.some((value) => value !== 0),
      'row 1 is not pulled',
    );
  });

  test('x in the notation of σ alone is seen at its own scale, and the gradient is that of x', async () => {
    const model = tinyClassifier();
    using gradients = classifierGradient({ model, runtime, batch: 2, space });
    const gradient = gradients([1, 2]);
    const there = await gradient(x, level);
    const here = await gradient(space.lincomb([1 / level.alpha, x]), { alpha: 1, sigma: level.sigma / level.alpha });
    here.data.forEach((value, i) => {
      const expected = level.alpha * there.data[i]!; // d/d(x/α) = α·d/dx
      assert.ok(Math.abs(value - expected) < 1e-6, `${i}: ${value} is not ${expected}`);
    });
  });

  test('a classifier of clean pictures is refused', () => {
    const model = tinyClassifier({ noisy: false });
    assert.throws(() => classifierGradient({ model, runtime, batch: 1, space }), {
      code: 'no-noise-levels',
      message:
        'classifierGradient: this classifier knows clean pictures alone, and guidance asks about noisy ones. ' +
        'Train one with langevin train --task classifier --noise-aware.',
    });
  });
});
