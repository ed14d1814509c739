import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../core/host-array.js';
import { createLevelHistory } from '../diffusion/index.js';
import { input, mul, reshape } from '../graph/index.js';
import { referenceRuntime } from '../runtime/reference.js';
import { withLevelMemory } from './level-memory.js';
import { adamw } from './optimizers/index.js';
import { createStepper } from './stepper.js';
import type { Objective } from './update.js';

/** The loss of each sample is what is fed, times one parameter that is 1. */
const objective: Objective = {
  parameters: new Map([['s', []]]),
  losses: (parameter) =>
    mul(mul(input('told', [2]), input('importance', [2])), reshape(mul(parameter('s'), 1), { shape: [1] })),
};

async function remembering(accumulate: number, told?: (index: number) => number) {
  const stepper = await createStepper({
    ...{ runtime: referenceRuntime(), objective, optimizer: adamw(), clip: true, ema: false, accumulate },
    initial: new Map([['s', floats([], [1])]]),
  });
  const history = createLevelHistory({ parts: 4, memory: 2 });
  // What is fed has `t` as well, which this objective does not look at: it is taken out before the graph sees it.
  const bare: typeof stepper = {
    ...stepper,
    get steps() {
      return stepper.steps;
    },
    step: (batches, settings) =>
      stepper.step(
        batches.map(({ t: _, ...rest }) => rest),
        settings,
      ),
  };
  return { history, stepper: withLevelMemory({ stepper: bare, history, count: 8, ...(told && { told }) }) };
}

const batch = (t: readonly number[], losses: readonly number[], importance: readonly number[]) => ({
  ...{ t: floats([2], t), told: floats([2], losses), importance: floats([2], importance) },
});

suite('a stepper with a level history', () => {
  test('remembers the loss of each sample in its part, without its importance', async () => {
    const { history, stepper } = await remembering(2);
    await stepper.step([batch([0, 7], [3, 5], [1, 0.5]), batch([1, 2], [7, 11], [2, 1])], { lr: 0 });
    const values = history.read();
    assert.deepEqual([...values.get('levels.losses')!.data], [3, 7, 11, 0, 0, 0, 5, 0]);
    assert.deepEqual([...values.get('levels.counts')!.data], [2, 1, 0, 1]);
    assert.deepEqual([stepper.steps, stepper.kinds.at(-1)], [1, 'levels']);
  });

  test('knows levels by what the network is told of them', async () => {
    const told = (index: number): number => Math.log(0.1 + index) / 4;
    const { history, stepper } = await remembering(1, told);
    await stepper.step([batch([told(7), told(2)], [3, 5], [1, 1])], { lr: 0 });
    assert.deepEqual([...history.read().get('levels.counts')!.data], [0, 1, 0, 1]);
  });

  test('a step that changes nothing is not remembered', async () => {
    const { history, stepper } = await remembering(1);
    await stepper.step([batch([0, 7], [Number.NaN, 1], [1, 1])], { lr: 0 });
    assert.equal(stepper.steps, 0);
    assert.ok([...history.read().get('levels.counts')!.data].every((count) => count === 0));
  });

  test('what is read can be written, beside the state of the optimiser', async () => {
    const [one, other] = [await remembering(1), await remembering(1)];
    await one.stepper.step([batch([0, 7], [3, 5], [1, 1])], { lr: 0.1 });
    for (const kind of one.stepper.kinds) other.stepper.write(kind, one.stepper.read(kind));
    for (const kind of one.stepper.kinds) assert.deepEqual(other.stepper.read(kind), one.stepper.read(kind), kind);
  });
});
