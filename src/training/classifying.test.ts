import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { randomPictures } from '../../test/training-fixtures.js';
import { fold, key } from '../core/random.js';
import { batches, gather } from '../data/index.js';
import { cosine, grid, stratifiedLevels } from '../diffusion/index.js';
import { classifier, initialise } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { referenceRuntime } from '../runtime/reference.js';
import { classificationFeeds, classificationObjective, seenThroughNoise } from './classifying.js';
import { adamw } from './optimizers/index.js';
import { createStepper } from './stepper.js';
import { attributesTarget, classTarget } from './targets/index.js';
import { createClassificationValidator } from './validate-classifier.js';

const levels = grid({ schedule: cosine() });
const noise = { grid: levels, told: (index: number) => index };
const data = randomPictures({ count: 12, classes: 3, attributes: (i) => [i % 2 ? 'kind:odd' : 'kind:even'] });
const target = classTarget({ classes: data.classes! });
const small = { block_out_channels: [8], norm_num_groups: 4, num_features: 6 } as const;

suite('pictures seen through noise', () => {
  const { x: clean } = gather(data, [0, 1, 2, 3]);
  const seen = (indices: readonly number[], first = 0, from = clean) =>
    seenThroughNoise({ ...noise, clean: from, indices, key: key(1), first });

  test('are α·x₀ + σ·ε at their own level, and the network is told which', () => {
    const [at, pure] = [seen([100, 400, 700, 999]), seen([999, 999, 999, 999])];
    assert.deepEqual([...at['t']!.data], [100, 400, 700, 999]);
    const { alpha, sigma } = levels.level(999);
    const e = (i: number): number => (Number(pure['x']!.data[i]) - alpha * clean.data[i]!) / sigma;
    for (const [row, index] of [100, 400, 700, 999].entries()) {
      const level = levels.level(index);
      for (let i = row * 192; i < (row + 1) * 192; i += 17) {
        const expected = level.alpha * clean.data[i]! + level.sigma * e(i);
        assert.ok(Math.abs(Number(at['x']!.data[i]) - expected) < 1e-5, `${row} ${i}`);
      }
    }
  });

  test('without noise are as they are, up to the scale of the first level, and told level 0', () => {
    const { x, t } = seen([-1, -1, -1, -1]);
    for (let i = 0; i < clean.data.length; i++) {
      assert.ok(Math.abs(Number(x!.data[i]) - clean.data[i]!) < 1e-4, `${i}`);
    }
    assert.deepEqual([...t!.data], [0, 0, 0, 0]);
  });

  test('in parts are those of the whole', () => {
    const part = seen([700, 999], 2, gather(data, [2, 3]).x);
    assert.deepEqual(part['x']!.data, seen([100, 400, 700, 999])['x']!.data.slice(2 * 192));
  });

  test('a batch is a function of its key; about a tenth is shown without noise', () => {
    const many = gather(
      data,
      Array.from({ length: 400 }, (_, i) => i % 12),
    );
    const training = { ...noise, levels: stratifiedLevels(), cleanShare: 0.1 };
    const feeds = (seed: number) =>
      classificationFeeds({ batch: many, target, masks: [], key: key(seed), noise: training });
    assert.deepEqual(feeds(1), feeds(1));
    assert.notDeepEqual(feeds(1)['x'], feeds(2)['x']);
    const { x, t } = feeds(3);
    const spared = Array.from({ length: 400 }, (_, row) =>
      Array.from({ length: 192 }, (_, i) => row * 192 + i).every(
        (i) => Math.abs(Number(x!.data[i]) - many.x.data[i]!) < 1e-4,
      ),
    ).filter(Boolean).length;
    assert.ok(spared > 22 && spared < 58, `${spared} of 400`); // three deviations of a share of a tenth
    const mean = Array.from(t!.data, Number).reduce((a, b) => a + b, 0) / 400;
    assert.ok(Math.abs(mean - 450) < 30, `mean level ${mean}`);
  });
});

suite('training a classifier', () => {
  test('of attributes that knows noise: the loss falls, and what is held out is measured by level', async () => {
    const network = classifier({ ...small, num_classes: 2, target: 'attributes', noise_conditional: true });
    const told = attributesTarget({
      attributes: [
        { name: 'kind:even', present: 6, absent: 6 },
        { name: 'kind:odd', present: 6, absent: 6 },
      ],
    });
    const shape = { network, target: told, batch: 12, picture: [3, 8, 8] };
    const objective = classificationObjective({ ...shape, training: true });
    const runtime = createRuntime({ threads: 1 });
    using stepper = await createStepper({
      ...{ runtime, objective, optimizer: adamw({}), clip: true, ema: false, accumulate: 1 },
      initial: initialise(network.params, key(2)),
    });
    const order = batches({ data, key: key(3), batchSize: 12 });
    const training = { ...noise, levels: stratifiedLevels(), cleanShare: 0.5 };
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      const batch = order.at(step * 12);
      const from = fold(key(4), step);
      const feeds = classificationFeeds({ batch, target: told, masks: objective.masks(), key: from, noise: training });
      losses.push((await stepper.step([feeds], { lr: 0.01 })).loss);
    }
    const mean = (some: readonly number[]): number => some.reduce((a, b) => a + b, 0) / some.length;
    assert.ok(mean(losses.slice(-10)) < 0.6 * mean(losses.slice(0, 5)), losses.join(' '));
    using validator = await createClassificationValidator({
      ...shape,
      runtime,
      data,
      indices: [0, 1, 2, 3, 4, 5],
      noise,
      bins: 4,
    });
    const { accuracy, accuracyByLevel, byLevel, attributes } = await validator.measure(stepper.read('p'));
    assert.ok(accuracy > 0.9, `${accuracy} of what it was trained on`);
    assert.deepEqual([accuracyByLevel.length, byLevel.length, attributes!.length], [4, 4, 2]);
    assert.ok(byLevel[3]! > byLevel[0]!, byLevel.join(' '));
  });

  test('held-out numbers are the same at every batch size', async () => {
    const network = classifier({ ...small, num_classes: 3, noise_conditional: true });
    const values = initialise(network.params, key(5));
    const measure = async (batch: number) => {
      const shape = { network, target, batch, picture: [3, 8, 8] };
      const runtime = referenceRuntime();
      using validator = await createClassificationValidator({
        ...shape,
        runtime,
        data,
        indices: [1, 4, 5],
        noise,
        bins: 2,
      });
      return await validator.measure(values);
    };
    const whole = await measure(3);
    assert.deepEqual(await measure(1), whole);
    assert.deepEqual(await measure(2), whole);
    assert.equal(whole.pictures, 3);
  });
});
