import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { affine, affineSpace, varianceOf } from '../../../../test/affine.js';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { key } from '../../../core/random.js';
import { cleanLevel, grid, type Level, scaledLinear } from '../../../diffusion/index.js';
import type { Steps } from '../../intervals.js';
import type { Denoiser, Sampler } from '../../sampler.js';
import { karrasSteps } from '../../steps/karras.js';
import { trailing } from '../../steps/trailing.js';
import { sample } from '../../trajectory.js';
import { consistency, ddim, lcm, tcd } from '../index.js';

const { exact } = gaussianData(0.5);
/** The consistency function of data ~ N(0, 0.5²): the end of the ODE through x, at σ/α = ε. */
const answer =
  (epsilon = 0): Denoiser<number> =>
  async (x, level) =>
    exact(x, level, { alpha: 1, sigma: epsilon });
const training = grid({ schedule: scaledLinear({ betaStart: 0.00085, betaEnd: 0.012 }) });
const noisiest = training.level(999);

const walk = (sampler: Sampler, steps: Steps, denoise = answer(), withGrid = true) =>
  sample({
    denoise,
    sampler,
    steps,
    start: 1.3,
    space: numbers,
    key: key(4),
    ...(withGrid && { grid: training }),
  });

suite('with the exact consistency function', () => {
  for (const sampler of [lcm(), consistency(), tcd(), tcd({ gamma: 0 })]) {
    test(`${sampler.name} gives the exact answer in one step`, async () => {
      const end = await walk(sampler, [noisiest, cleanLevel]);
      assert.ok(Math.abs(end - exact(1.3, noisiest, cleanLevel)) < 1e-12);
    });
  }

  test('a step to the level of its answers adds nothing to them', async () => {
    const epsilon = 0.002;
    const last = { alpha: 1, sigma: epsilon };
    const end = await walk(consistency({ epsilon }), [80, epsilon], answer(epsilon));
    assert.ok(Math.abs(end - exact(1.3, { alpha: 1, sigma: 80 }, last)) < 1e-12);
  });

  test('every number of steps ends in the data distribution, exactly', async () => {
    // x as a distribution: the function is linear, so the variance of the end is known without drawing.
    const ask =
      (epsilon: number): Denoiser<ReturnType<typeof affine>> =>
      async ({ mean, parts }, level) => {
        const gain = exact(1, level, { alpha: 1, sigma: epsilon });
        return affine(mean * gain, ...parts.map((part) => part * gain));
      };
    for (const count of [2, 3, 8]) {
      for (const epsilon of [0, 0.1]) {
        const steps = [...karrasSteps({ count, sigmaMin: 0.5 }).slice(0, -1), epsilon];
        const start = affine(0, Math.hypot(80, 0.5));
        const sampler = consistency({ epsilon });
        const end = await sample({ denoise: ask(epsilon), sampler, steps, start, space: affineSpace(1), key: key(0) });
        assert.ok(Math.abs(varianceOf(end) - (0.25 + epsilon ** 2)) < 1e-12, `${varianceOf(end)}`);
      }
    }
  });
});

suite('one family', () => {
  const steps = trailing().levels({ count: 4, grid: training });
  const smooth = gaussianData(0.5).denoise;

  test('consistency without ε is lcm', async () =>
    assert.equal(await walk(consistency(), steps), await walk(lcm(), steps)));

  test('tcd with γ = 0 is deterministic: ddim', async () => {
    const draws = { ...numbers, gaussian: () => assert.fail('noise was drawn') };
    const options = { denoise: smooth, steps, start: 1.3, space: draws, key: key(4), grid: training };
    const end = await sample({ ...options, sampler: tcd({ gamma: 0 }) });
    assert.ok(Math.abs(end - (await walk(ddim(), steps, smooth))) < 1e-12);
  });

  test('tcd with γ = 1 is lcm', async () => {
    assert.equal(await walk(tcd({ gamma: 1 }), steps, smooth, false), await walk(lcm(), steps, smooth));
    // Among training levels its s is the first one and not quite clean.
    const [a, b] = [await walk(tcd({ gamma: 1 }), steps, smooth), await walk(lcm(), steps, smooth)];
    assert.ok(a !== b && Math.abs(a - b) < 0.05, `${a} against ${b}`);
  });

  test('tcd stops at ⌊(1 − γ)·t′⌋ of the training levels', async () => {
    const [from, to, s] = [training.level(999), training.level(499), training.level(349)]; // ⌊0.7·499⌋
    const space = { ...numbers, gaussian: () => 0.25 };
    const one = { denoise: async () => -0.4, steps: [from, to], start: 1.3, key: key(4), space, grid: training };
    const noise = (1.3 + 0.4 * from.alpha) / from.sigma;
    const stopped = -0.4 * s.alpha + s.sigma * noise;
    const scale = to.alpha / s.alpha;
    const expected = scale * stopped + Math.sqrt(to.sigma ** 2 - (scale * s.sigma) ** 2) * 0.25;
    assert.ok(Math.abs((await sample({ ...one, sampler: tcd() })) - expected) < 1e-12);
  });

  test('whatever γ is, the noise of the next level is whole', async () => {
    const to: Level = training.level(499);
    for (const gamma of [0, 0.3, 0.8, 1]) {
      const from = training.level(999);
      // Clean value 0: x is all noise of size σ, and so must x′ be.
      const end = await sample({
        denoise: async ({ parts }) => affine(0, ...parts.map(() => 0)),
        sampler: tcd({ gamma }),
        steps: [from, to],
        start: affine(0, from.sigma),
        space: affineSpace(1),
        key: key(0),
        grid: training,
      });
      assert.ok(Math.abs(varianceOf(end) - to.sigma ** 2) < 1e-12);
    }
  });
});
