import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { single } from '../../test/training-fixtures.js';
import { floats } from '../core/host-array.js';
import { input, square, sub, sum } from '../graph/index.js';
import { referenceRuntime } from '../runtime/reference.js';
import { cosine } from './curves/index.js';
import { emaDecay } from './ema.js';
import { adamw } from './optimizers/index.js';
import { createStepper } from './stepper.js';
import { type TrainOptions, train } from './trainer.js';
import type { Objective } from './update.js';

/** (p − y)² for a number p. */
const objective: Objective = {
  parameters: new Map([['p', [1]]]),
  losses: (parameter) => single(sum(square(sub(parameter('p'), input('y', [1]))))),
};

const build = (accumulate = 1) =>
  createStepper({
    ...{ runtime: referenceRuntime(), objective, optimizer: adamw(), accumulate, clip: true, ema: true },
    initial: new Map([['p', floats([1])]]),
  });

const usual: Omit<TrainOptions, 'stepper' | 'total'> = {
  feeds: () => ({ y: floats([1], [3]) }),
  ...{ accumulate: 1, lr: 0.1, curve: cosine({ warmup: 2 }), clip: 1, emaDecay: 0.99 },
};

suite('train', () => {
  test('yields after every step what it did, and ends', async () => {
    using stepper = await build();
    const events = [];
    for await (const event of train({ ...usual, stepper, total: 4 })) events.push(event);
    assert.deepEqual(
      events.map(({ step }) => step),
      [1, 2, 3, 4],
    );
    const curve = cosine({ warmup: 2 });
    assert.deepEqual(
      events.map(({ lr }) => lr),
      [0, 1, 2, 3].map((step) => 0.1 * curve({ step, total: 4 })),
    );
    assert.equal(events[0]!.loss, 9);
    assert.deepEqual(events[0]!.fed, [{ y: floats([1], [3]) }]);
    assert.ok(events[3]!.loss < events[0]!.loss);
    assert.equal(stepper.steps, 4);
  });

  test('asks for the feeds of each step and part, once and in order', async () => {
    using stepper = await build(2);
    const asked: string[] = [];
    const feeds = async (step: number, part: number) => {
      asked.push(`${step}.${part}`);
      return { y: floats([1], [part]) };
    };
    for await (const { fed } of train({ ...usual, stepper, feeds, accumulate: 2, total: 2 }))
      assert.equal(fed.length, 2);
    assert.deepEqual(asked, ['0.0', '0.1', '1.0', '1.1']);
  });

  test('goes on from the steps that are done', async () => {
    using stepper = await build();
    stepper.setSteps(7);
    const steps: number[] = [];
    for await (const { step } of train({ ...usual, stepper, total: 9 })) steps.push(step);
    assert.deepEqual(steps, [8, 9]);
    for await (const { step } of train({ ...usual, stepper, total: 9 })) assert.fail(`step ${step}`);
  });

  test('the average warms up', async () => {
    using stepper = await build();
    let average = 0;
    for await (const { step } of train({ ...usual, stepper, total: 5 })) {
      const p = stepper.read('p').get('p')!.data[0]!;
      average = p + emaDecay(step - 1, 0.99) * (average - p);
      assert.ok(Math.abs(stepper.read('ema').get('p')!.data[0]! - average) < 1e-6);
    }
  });

  test('the curve may be told another length', async () => {
    using stepper = await build();
    const lrs: number[] = [];
    const curveTotal = () => 2;
    for await (const { lr } of train({ ...usual, curve: cosine({ warmup: 0 }), curveTotal, stepper, total: 3 }))
      lrs.push(lr);
    assert.deepEqual(
      lrs.map((lr) => Math.round(1e6 * lr)),
      [100_000, 50_500, 1000],
    );
  });

  test('what is not finite ends it with the reason; the last good state is kept', async () => {
    using stepper = await build();
    const feeds = (step: number) => ({ y: floats([1], [step === 2 ? Number.NaN : 3]) });
    const good: ReturnType<typeof stepper.read>[] = [];
    const run = async () => {
      for await (const _ of train({ ...usual, stepper, feeds, total: 9 })) good.push(stepper.read('p'));
    };
    await assert.rejects(run(), {
      code: 'non-finite',
      message:
        'Training stopped at step 2: the loss is NaN and the gradient norm NaN. ' +
        'The last good state is kept; lower --lr or --clip and resume.',
    });
    assert.equal(good.length, 2);
    assert.deepEqual(stepper.read('p'), good[1]);
    assert.equal(stepper.steps, 2);
  });

  test('stops between steps when told to', async () => {
    using stepper = await build();
    const controller = new AbortController();
    const run = async () => {
      for await (const { step } of train({ ...usual, stepper, total: Infinity, signal: controller.signal })) {
        if (step === 3) controller.abort(new Error('enough'));
      }
    };
    await assert.rejects(run(), { message: 'enough' });
    assert.equal(stepper.steps, 3);
  });
});
