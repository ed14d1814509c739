import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats, type HostArray } from '../core/host-array.js';
import { batchSpace } from '../core/space.js';
import { cosine, discrete, grid, predictions } from '../diffusion/index.js';
import type { VarianceDenoiser } from '../sampling/index.js';
import { modelDenoiser } from './model-denoiser.js';

type Batch = HostArray<'float32'>;

const training = grid({ schedule: cosine() });
const parts = {
  precondition: discrete({ grid: training, prediction: predictions.entries.x0 }),
  space: batchSpace(),
};
const level = training.level(400);

/** Says, of every row, its label in the first channel and minus its label in the second. */
function network(channels: 1 | 2) {
  const calls: (readonly number[])[] = [];
  return {
    calls,
    batch: 8,
    async run(x: Batch, _: number, labels: readonly number[] | null) {
      calls.push(labels ?? []);
      const said = (labels ?? [9, 9]).flatMap((label) => (channels === 2 ? [label, -label] : [label]));
      return floats([x.shape[0]!, channels, 1], said);
    },
    [Symbol.dispose]: () => {},
  };
}

const x = floats([2, 1, 1], [0.3, -0.3]);

suite('modelDenoiser', () => {
  test('a network of one output is an ordinary denoiser, guided in one run', async () => {
    const net = network(1);
    const config = { in_channels: 1, out_channels: 1 };
    const plain = modelDenoiser({ ...parts, config, network: net, labels: [3, 4], guidance: null });
    assert.deepEqual((await plain(x, level)).data, Float32Array.of(3, 4));
    assert.ok(!('estimate' in plain));
    const guided = modelDenoiser({ ...parts, config, network: net, labels: [3, 4], guidance: { scale: 2, free: 1 } });
    assert.deepEqual((await guided(x, level)).data, Float32Array.of(1 + 2 * 2, 1 + 2 * 3));
    assert.deepEqual(net.calls, [
      [3, 4],
      [3, 4, 1, 1],
    ]);
  });

  test('a network of twice the channels has a variance beside, which guidance leaves alone', async () => {
    const net = network(2);
    const config = { in_channels: 1, out_channels: 2 };
    for (const guidance of [null, { scale: 2, free: 1 }]) {
      const made = modelDenoiser({
        ...parts,
        config,
        network: net,
        labels: [3, 4],
        guidance,
      }) as VarianceDenoiser<Batch>;
      const { denoised, variance } = await made.estimate(x, level);
      assert.deepEqual(denoised.data, guidance ? Float32Array.of(5, 7) : Float32Array.of(3, 4));
      assert.deepEqual([variance.shape, variance.data], [[2, 1, 1], Float32Array.of(-3, -4)]);
      assert.deepEqual((await made(x, level)).data, denoised.data);
    }
    const free = modelDenoiser({ ...parts, config, network: net, labels: null, guidance: null });
    assert.deepEqual((await free(x, level)).data, Float32Array.of(9, 9));
  });
});
