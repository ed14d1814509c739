import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { floats, rows } from '../../../core/host-array.js';
import { key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, type Level } from '../../../diffusion/index.js';
import type { Steps } from '../../intervals.js';
import { sample } from '../../trajectory.js';
import { rk45 } from '../index.js';

const { denoise, exact } = gaussianData(0.5);
const walk = (options: Parameters<typeof rk45>[0], steps: Steps, start: number, ask = denoise) =>
  sample({ denoise: ask, sampler: rk45(options), steps, start, space: numbers, key: key(0) });

const from: Level = { alpha: 1, sigma: 20 };
const to: Level = { alpha: 1, sigma: 0.05 };

async function measured(tolerance: number): Promise<{ error: number; calls: number }> {
  let calls = 0;
  const counting = (x: number, level: Level) => {
    calls++;
    return denoise(x, level);
  };
  const end = await walk({ rtol: tolerance, atol: tolerance }, [from, to], 15, counting);
  return { error: Math.abs(end - exact(15, from, to)), calls };
}

suite('rk45', () => {
  test('keeps to its tolerance; asking for less costs less', async () => {
    const tolerances = [1e-3, 1e-5, 1e-7, 1e-9];
    const runs = await Promise.all(tolerances.map(measured));
    for (const [i, { error }] of runs.entries()) {
      // Errors of single steps are kept; they add up to no more than a few times as much.
      assert.ok(error < 10 * tolerances[i]!, `error ${error} at tolerance ${tolerances[i]}`);
    }
    for (const [i, { calls, error }] of runs.slice(1).entries()) {
      assert.ok(calls > runs[i]!.calls, `${runs.map((run) => run.calls)}`);
      assert.ok(error < runs[i]!.error / 10, `${runs.map((run) => run.error)}`);
    }
    assert.ok(runs[0]!.calls < 120, `${runs[0]!.calls} calls`);
  });

  test('order 5 with the control off', async () => {
    const free = { rtol: 1e9, atol: 1e9 };
    const path = (t: number): Level => cosine().level(0.1 + 0.8 * t);
    const error = async (count: number): Promise<number> => {
      const steps = Array.from({ length: count + 1 }, (_, i) => path(1 - i / count));
      return Math.abs((await walk(free, steps, 0.9)) - exact(0.9, path(1), path(0)));
    };
    const order = Math.log2((await error(40)) / (await error(80)));
    assert.ok(Math.abs(order - 5) < 0.3, `measured ${order}`);
  });

  test('one interval from pure noise to clean is enough', async () => {
    const pure = { alpha: 0, sigma: 1 };
    const end = await walk({ rtol: 1e-7, atol: 1e-7 }, [pure, { alpha: 1, sigma: 0 }], 0.8);
    // x·√(variance at the end/variance at the start), then the clean value expected at σ/α = 0.002
    assert.ok(Math.abs(end - 0.5 * 0.8) < 1e-5, `${end}`);
  });

  test('a batch is followed as closely as its hardest row', async () => {
    const space = batchSpace();
    const optimal = async (x: ReturnType<typeof floats>, { alpha, sigma }: Level) =>
      space.lincomb([(alpha * 0.25) / (0.25 * alpha ** 2 + sigma ** 2), x]);
    const start = floats([2, 1], [0, 15]);
    const run = (x: typeof start) =>
      sample({
        denoise: optimal,
        sampler: rk45({ rtol: 1e-5, atol: 1e-5 }),
        steps: [from, to],
        start: x,
        space,
        key: key(0),
      });
    const [both, alone] = [await run(start), await run(rows(start, 1, 2))];
    assert.deepEqual(both.data[1], alone.data[0]);
    assert.ok(Math.abs(both.data[1]! - exact(15, from, to)) < 1e-4);
  });

  test('a tolerance that cannot be kept ends with an error and not in a loop', async () => {
    let calls = 0;
    const noisy = async (): Promise<number> => Math.sin((calls++) ** 2);
    await assert.rejects(walk({ rtol: 1e-12, atol: 1e-12 }, [from, to], 1, noisy), {
      code: 'no-progress',
      message:
        'rk45: 10000 sub-steps were tried and led 0.0 % through the interval that starts at sigma = 20. ' +
        'Raise rtol or atol; float32 cannot follow below about 1e-6.',
    });
  });
});
