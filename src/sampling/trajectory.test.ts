import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianData, numbers } from '../../test/numbers.js';
import { concatRows, floats, type HostArray, rows } from '../core/host-array.js';
import { fold, key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import { cosine, discrete, grid, predictions } from '../diffusion/index.js';
import { denoiser } from './denoiser.js';
import { limited } from './limit.js';
import { clip, dynamicThreshold, limits } from './limits/index.js';
import { ddim, ddpm, euler, heun } from './samplers/index.js';
import { karrasSteps, trailing } from './steps/index.js';
import { type Frame, sample, startingNoise, trajectory } from './trajectory.js';

const { denoise } = gaussianData(0.5);
const training = grid({ schedule: cosine() });
const steps = trailing().levels({ count: 5, grid: training });
type Batch = HostArray<'float32'>;

suite('trajectory', () => {
  test('yields where each step started and returns where the last one ended', async () => {
    const frames: Frame<number>[] = [];
    const walk = trajectory({ denoise, sampler: euler(), steps: [4, 2, 0], start: 8, space: numbers, key: key(0) });
    let result = await walk.next();
    for (; !result.done; result = await walk.next()) frames.push(result.value);
    assert.deepEqual(
      frames.map(({ index, level }) => [index, level.sigma]),
      [
        [0, 4],
        [1, 2],
      ],
    );
    assert.equal(frames[0]!.x, 8);
    assert.equal(result.value, frames[1]!.denoised);
  });

  test('a sample does not depend on its batch', async () => {
    const network = async (x: Batch) => floats(x.shape, x.data.map(Math.tanh));
    const run = (first: number, count: number) => {
      const space = batchSpace({ first });
      const precondition = discrete({ grid: training, prediction: predictions.entries.v });
      const start = startingNoise({ steps, like: floats([count, 2, 3]), space, key: key(5) });
      return sample({
        denoise: denoiser({ network, precondition, space }),
        sampler: ddpm(),
        steps,
        start,
        space,
        key: key(5),
      });
    };
    const whole = await run(0, 4);
    const parts = [await run(0, 1), await run(1, 3)];
    assert.deepEqual(concatRows(parts).data, whole.data);
    assert.notDeepEqual(rows(whole, 0, 1).data, rows(whole, 1, 2).data);
  });

  test('starting noise has the size of its level', () => {
    const like = floats([1, 4]);
    const [vp, ve] = [steps, karrasSteps({ count: 3, sigmaMax: 10 })].map((over) =>
      startingNoise({ steps: over, like, space: batchSpace(), key: key(1) }),
    );
    const ratio = ve!.data[0]! / vp!.data[0]!;
    assert.ok(Math.abs(ratio - Math.hypot(1, 10)) < 1e-4);
    assert.deepEqual(vp!.data, batchSpace().gaussian(like, fold(key(1), 'start')).data);
  });

  test('a denoiser that fails is named, with the step and the level', async () => {
    const setup = { sampler: heun(), space: batchSpace(), key: key(0), steps: [3, 2, 0] };
    const start = floats([2, 2], [1, 2, 3, 4]);
    let calls = 0;
    const breaking = async (x: Batch) =>
      floats(
        x.shape,
        x.data.map((value) => (calls++ < 8 ? value : Number.NaN)),
      );
    await assert.rejects(sample({ ...setup, start, denoise: breaking }), {
      code: 'non-finite',
      message:
        'heun: denoise returned NaN or infinity in step 1, at alpha = 1, sigma = 2. ' +
        'Check the weights and the prediction type of the model.',
    });
    await assert.rejects(sample({ ...setup, start, denoise: async (x) => rows(x, 0, 1) }), {
      code: 'shape-mismatch',
      message: 'heun: denoise returned shape [1, 2], expected [2, 2].',
    });
    const huge = floats([2, 2], [3.4e38, 3.4e38, 3.4e38, 3.4e38]);
    const opposite = async (x: Batch) =>
      floats(
        x.shape,
        x.data.map((value) => -value),
      );
    await assert.rejects(sample({ ...setup, sampler: euler(), start: huge, denoise: opposite, steps: [1, 10] }), {
      code: 'non-finite',
      message:
        'euler: x became NaN or infinite in step 0, from sigma = 1 to sigma = 10. Use more steps or a lower first level.',
    });
  });

  test("a network's own error passes through as it is", async () => {
    const own = new RangeError('mine');
    const failing = async (): Promise<number> => {
      throw own;
    };
    const walk = sample({ denoise: failing, sampler: euler(), steps: [1, 0], start: 0, space: numbers, key: key(0) });
    await assert.rejects(walk, (error) => error === own);
  });

  test('an aborted signal stops it before the first step', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(
      sample({ denoise, sampler: euler(), steps: [1, 0], start: 0, space: numbers, key: key(0), signal }),
      { name: 'AbortError' },
    );
  });
});

suite('denoiser', () => {
  test('the network sees its own index and scale, whatever the levels are written in', async () => {
    const seen: [number, number][] = [];
    const network = async (x: number, index: number) => {
      seen.push([x, index]);
      return 0.25;
    };
    const { alpha, sigma } = training.level(321);
    const made = denoiser({
      network,
      precondition: discrete({ grid: training, prediction: predictions.entries.epsilon }),
      space: numbers,
    });
    const ends = [await made(0.5, { alpha, sigma }), await made(0.5 / alpha, { alpha: 1, sigma: sigma / alpha })];
    assert.deepEqual(
      seen.map(([, index]) => index),
      [321, 321],
    );
    assert.ok(Math.abs(seen[0]![0] - seen[1]![0]) < 1e-12);
    assert.ok(ends.every((end) => Math.abs(end - (0.5 - sigma * 0.25) / alpha) < 1e-12));
  });
});

suite('limits', () => {
  const x = floats([2, 4], [0.5, -3, 1, 0, 0.1, 0.2, -0.3, 0.4]);

  test('are registered under their own names', () => {
    for (const [name, create] of Object.entries(limits.entries)) assert.equal(create.definition.name, name);
  });

  test('clip clamps every element', () => {
    assert.deepEqual(clip().apply(x, batchSpace()).data, Float32Array.of(0.5, -1, 1, 0, 0.1, 0.2, -0.3, 0.4));
    assert.equal(clip({ range: 2 }).apply(-5, numbers), -2);
  });

  test('dynamic thresholding divides each sample by its own quantile, between 1 and max', () => {
    const out = dynamicThreshold({ ratio: 1, max: 10 }).apply(x, batchSpace()).data;
    assert.deepEqual(out.subarray(0, 4), Float32Array.of(0.5 / 3, -1, 1 / 3, 0));
    assert.deepEqual(out.subarray(4), x.data.subarray(4)); // nothing above 1 there
    const middle = dynamicThreshold({ ratio: 0.75, max: 10 }).apply(x, batchSpace()).data; // |x|: 0, 0.5, 1, 3 → 1.5
    assert.deepEqual(middle.subarray(0, 4), Float32Array.of(0.5 / 1.5, -1, 1 / 1.5, 0));
    assert.deepEqual(dynamicThreshold().apply(x, batchSpace()).data, clip().apply(x, batchSpace()).data);
    assert.deepEqual(x.data.subarray(0, 2), Float32Array.of(0.5, -3)); // the argument stays as it was
  });

  test('limited folds a limit into a denoiser', async () => {
    const made = limited({ denoise: async () => 5, limit: clip(), space: numbers });
    assert.equal(await made(0, { alpha: 1, sigma: 1 }), 1);
    const whole = { sampler: ddim(), steps: [3, 1, 0], start: 2, space: numbers, key: key(0) };
    const beside = await sample({ ...whole, denoise: async () => 5, limit: clip() });
    assert.equal(await sample({ ...whole, denoise: made }), beside);
  });
});
