import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { key } from '../../../core/random.js';
import { cleanLevel, cosine, grid, type Level, predictions } from '../../../diffusion/index.js';
import { convert } from '../../../diffusion/processes/predictions.js';
import type { Steps } from '../../intervals.js';
import { reversed } from '../../levels/reversed.js';
import type { Sampler } from '../../sampler.js';
import { karrasSteps } from '../../steps/karras.js';
import { trailing } from '../../steps/trailing.js';
import { sample } from '../../trajectory.js';
import { ddim, ddimInverse, euler } from '../index.js';

const data = gaussianData(0.5);
const training = grid({ schedule: cosine() });
const walk = (sampler: Sampler, steps: Steps, start: number, denoise = data.denoise) =>
  sample({ denoise, sampler, steps, start, space: numbers, key: key(0) });
const there = (count: number) => trailing().levels({ count, grid: training });

/** The picture 0.4 to noise and back. */
async function back(count: number, refinements = 0): Promise<number> {
  const noise = await walk(ddimInverse({ refinements }), reversed(there(count)), 0.4);
  return walk(ddim(), there(count), noise);
}

suite('ddim-inverse', () => {
  test('inverse, then forward: the picture returns with an error of O(h)', async () => {
    const errors = await Promise.all([100, 200, 400].map(async (count) => Math.abs((await back(count)) - 0.4)));
    const order = errors.slice(1).map((error, i) => Math.log2(errors[i]! / error));
    for (const measured of order) assert.ok(Math.abs(measured - 1) < 0.3, `measured ${order}, errors ${errors}`);
  });

  test('refinements make it exact, also with few steps', async () => {
    const few = [...Array.from({ length: 8 }, (_, i) => cosine().level(0.8 - i / 10)), cleanLevel];
    const errors = await Promise.all(
      [0, 2, 8, 100].map(async (refinements) => {
        const noise = await walk(ddimInverse({ refinements }), reversed(few), 0.4);
        return Math.abs((await walk(ddim(), few, noise)) - 0.4);
      }),
    );
    assert.ok(errors[0]! > 1e-2, `${errors}`);
    assert.ok(errors[1]! < errors[0]! / 2 && errors[2]! < errors[1]! / 10, `${errors}`);
    assert.ok(errors[3]! < 1e-12, `${errors}`);
  });

  test('it starts in the picture itself, other rules say they cannot', async () => {
    const up = reversed([1, 0]);
    assert.deepEqual(up[0]!.from, { alpha: 1, sigma: 0 });
    assert.ok(Number.isFinite(await walk(ddimInverse(), up, 0.4)));
    await assert.rejects(walk(euler(), up, 0.4), {
      code: 'bad-steps',
      message:
        'euler: step 0 starts without noise, and there is nothing to take away there. ' +
        'Start at a noisy level, or use a sampler that walks up (ddim-inverse).',
    });
  });

  test('from the picture it approaches the end of the probability-flow ODE', async () => {
    const exact = data.exact(0.4, cleanLevel, { alpha: 1, sigma: 20 });
    const error = async (count: number): Promise<number> => {
      const steps = karrasSteps({ count, sigmaMin: 0.01, sigmaMax: 20 });
      return Math.abs((await walk(ddimInverse(), reversed(steps), 0.4)) - exact);
    };
    const measured = Math.log2((await error(200)) / (await error(400)));
    assert.ok(Math.abs(measured - 1) < 0.3, `measured ${measured}`);
  });

  test('what is held between the levels: the network by its own formula', async () => {
    const [from, to] = [training.level(300), training.level(420)];
    const x = 0.7;
    for (const holds of ['epsilon', 'v', 'x0'] as const) {
      const asked = predictions.entries[holds];
      const raw = -0.35; // what the network says, whatever it is asked
      const denoise = async (at: number, level: Level): Promise<number> => {
        assert.deepEqual(level, to);
        const clean = convert({ from: asked, to: predictions.entries.x0, level });
        return clean.x * at + clean.raw * raw;
      };
      const end = await walk(ddimInverse({ holds }), [{ from, to }], x, denoise);
      const { alpha: a, sigma: s } = from;
      const [clean, noise] = {
        epsilon: [(x - s * raw) / a, raw],
        v: [a * x - s * raw, a * raw + s * x],
        x0: [raw, (x - a * raw) / s],
      }[holds] as [number, number];
      assert.ok(Math.abs(end - (to.alpha * clean + to.sigma * noise)) < 1e-12, holds);
    }
  });
});
