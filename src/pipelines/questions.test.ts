import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats, type HostArray } from '../core/host-array.js';
import { batchSpace } from '../core/space.js';
import { cosine, discrete, grid, predictions } from '../diffusion/index.js';
import type { VarianceDenoiser } from '../sampling/index.js';
import { questions } from './questions.js';

type Batch = HostArray<'float32'>;

const training = grid({ schedule: cosine() });
const parts = {
  config: { in_channels: 1, out_channels: 1 },
  precondition: discrete({ grid: training, prediction: predictions.entries.x0 }),
  space: batchSpace(),
};

/** Answers with the label of each row. */
function network(fails = false) {
  const calls: number[] = [];
  return {
    calls,
    batch: 2,
    async run(x: Batch, cNoise: number, labels: readonly number[] | null) {
      calls.push(x.shape[0]!);
      if (fails) throw new Error('out of order');
      return floats(x.shape, (labels ?? Array.from({ length: x.shape[0]! }, () => cNoise)).slice());
    },
    [Symbol.dispose]: () => {},
  };
}

const x = floats([2, 1, 1], [0.3, -0.3]);
const [level, other] = [training.level(400), training.level(100)];

suite('questions', () => {
  test('asked together they are one run, each gets its own answer', async () => {
    const net = network();
    const ask = questions({ ...parts, network: net });
    const all = [ask([3, 4]), ask([5, 6]), ask([7, 8])];
    const found = await Promise.all(all.map((one) => one(x, level)));
    assert.deepEqual(
      found.map(({ data }) => [...data]),
      [
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    );
    assert.deepEqual(net.calls, [6]);
  });

  test('other levels and later questions are runs of their own', async () => {
    const net = network();
    const ask = questions({ ...parts, network: net })(null);
    const [a, b] = await Promise.all([ask(x, level), ask(x, other)]);
    assert.deepEqual([a.data[0], b.data[0]], [400, 100]);
    await ask(x, level);
    assert.deepEqual(net.calls, [2, 2, 2]);
  });

  test('a run that fails fails for all who asked', async () => {
    const ask = questions({ ...parts, network: network(true) });
    const asked = await Promise.allSettled([ask([1, 2])(x, level), ask([3, 4])(x, level)]);
    assert.deepEqual(
      asked.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });
});

test('a network of twice the channels has a variance beside its answer, of the rows that asked', async () => {
  const twofold = {
    batch: 2,
    async run(x: Batch, _: number, labels: readonly number[] | null) {
      const said = (labels ?? [9, 9]).flatMap((label) => [label, -label]);
      return floats([x.shape[0]!, 2, 1], said);
    },
    [Symbol.dispose]: () => {},
  };
  const ask = questions({ ...parts, config: { in_channels: 1, out_channels: 2 }, network: twofold });
  const [one, other] = [ask([3, 4]), ask([5, 6])] as [VarianceDenoiser<Batch>, VarianceDenoiser<Batch>];
  const [{ denoised, variance }] = await Promise.all([one.estimate(x, level), other(x, level)]);
  assert.deepEqual(
    [denoised.data, variance.shape, variance.data],
    [Float32Array.of(3, 4), [2, 1, 1], Float32Array.of(-3, -4)],
  );
  assert.deepEqual((await ask(null)(x, level)).data, Float32Array.of(9, 9));
});
