import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { floats, type HostArray } from '../../../core/host-array.js';
import { key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, discrete, grid, type Level, predictions } from '../../../diffusion/index.js';
import { posterior } from '../../../diffusion/processes/posterior.js';
import { varianceDenoiser } from '../../denoiser.js';
import type { VarianceDenoiser } from '../../sampler.js';
import { trailing } from '../../steps/trailing.js';
import { sample } from '../../trajectory.js';
import { ddpm } from '../index.js';

const training = grid({ schedule: cosine() });
const steps = trailing().levels({ count: 12, grid: training });
const { denoise } = gaussianData(0.5);

/** The exact denoiser with a second output that always says the same. */
const saying = (variance: number): VarianceDenoiser<number> =>
  Object.assign((x: number, level: Level) => denoise(x, level), {
    estimate: async (x: number, level: Level) => ({ denoised: await denoise(x, level), variance }),
  });
const walk = (options: Parameters<typeof ddpm>[0], ask = saying(0)) =>
  sample({ denoise: ask, sampler: ddpm(options), steps, start: 0.9, space: numbers, key: key(2) });

suite('ddpm with a learned variance', () => {
  test('learned-range is small at v = 0 and large at v = 1', async () => {
    const [small, large] = [await walk({ variance: 'small' }), await walk({ variance: 'large' })];
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} against ${b}`);
    near(await walk({ variance: 'learned-range' }, saying(-1)), small);
    near(await walk({ variance: 'learned-range' }, saying(1)), large);
    const middle = await walk({ variance: 'learned-range' }, saying(0));
    assert.ok(Math.abs(small - large) > 1e-3 && Math.abs(middle - small) > 1e-4 && Math.abs(middle - large) > 1e-4);
  });

  test('learned says the logarithm of the variance, learned-plain the variance', async () => {
    const [from, to] = [training.level(500), training.level(400)];
    const space = { ...numbers, gaussian: () => 1 };
    const one = { steps: [from, to], start: 0.9, space, key: key(0) };
    const mean = posterior(from, to);
    const middle = mean.x * 0.9 + mean.clean * (await denoise(0.9, from));
    const end = (variance: 'learned' | 'learned-plain', said: number) =>
      sample({ ...one, denoise: saying(said), sampler: ddpm({ variance }) });
    assert.ok(Math.abs((await end('learned', Math.log(0.09))) - (middle + 0.3)) < 1e-12);
    assert.ok(Math.abs((await end('learned-plain', 0.09)) - (middle + 0.3)) < 1e-12);
  });

  test('every number of a picture has its own variance, out of one call of the network', async () => {
    const space = { ...batchSpace(), gaussian: (like: HostArray<'float32'>) => floats(like.shape, [1, 1]) };
    let calls = 0;
    const made = varianceDenoiser({
      network: async () => {
        calls++;
        return floats([1, 4], [0.1, 0.2, -1, 1]); // x₀ of two numbers, then their variances
      },
      precondition: discrete({ grid: training, prediction: predictions.entries.x0 }),
      space,
      split: ({ data }) => [floats([1, 2], data.slice(0, 2)), floats([1, 2], data.slice(2))] as const,
    });
    const [from, to] = [training.level(500), training.level(400)];
    const { sigma, sigmaLarge, clean } = posterior(from, to);
    const sampler = ddpm({ variance: 'learned-range' });
    const end = await sample({ denoise: made, sampler, steps: [from, to], start: floats([1, 2]), space, key: key(0) });
    assert.ok(Math.abs(end.data[0]! - (0.1 * clean + sigma)) < 1e-6);
    assert.ok(Math.abs(end.data[1]! - (0.2 * clean + sigmaLarge)) < 1e-6);
    assert.equal(calls, 1);
    assert.deepEqual((await made(floats([1, 2]), from)).data, Float32Array.of(0.1, 0.2)); // an ordinary denoiser too
  });

  test('a network without a second output is refused', async () => {
    const walking = sample({
      denoise,
      sampler: ddpm({ variance: 'learned-range' }),
      steps,
      start: 0.9,
      space: numbers,
      key: key(0),
    });
    await assert.rejects(walking, {
      code: 'no-variance',
      message:
        'ddpm: variance "learned-range" needs a network with a second output for it (twice the channels), ' +
        'and this one has none. Use variance small or large.',
    });
  });
});
