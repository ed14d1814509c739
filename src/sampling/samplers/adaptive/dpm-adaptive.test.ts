import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { mixtureData } from '../../../../test/mixture.js';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { floats } from '../../../core/host-array.js';
import { key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, type Level } from '../../../diffusion/index.js';
import { pidControl } from '../../rules/step-control.js';
import type { Denoiser, Sampler } from '../../sampler.js';
import { sample } from '../../trajectory.js';
import { dpmAdaptive } from './dpm-adaptive.js';

const { denoise, exact } = gaussianData(0.5);
const [from, to] = [cosine().level(0.98), cosine().level(0.02)];

/** Where a walk ends, and how often it asked. */
async function walk(
  sampler: Sampler,
  { steps = [from, to], rule = denoise }: { steps?: readonly Level[]; rule?: Denoiser<number> },
) {
  let calls = 0;
  const counted: Denoiser<number> = (x, level) => {
    calls++;
    return rule(x, level);
  };
  const end = await sample({ denoise: counted, sampler, steps, start: 0.9, space: numbers, key: key(1) });
  return { end, calls };
}

suite('dpm-adaptive', () => {
  for (const order of [2, 3]) {
    for (const of of ['noise', 'data'] as const) {
      test(`order ${order}, ${of}: the error follows the tolerance, and costs what the order says`, async () => {
        const runs = await Promise.all(
          [1e-3, 1e-5, 1e-7].map(async (tolerance) => {
            const { end, calls } = await walk(dpmAdaptive({ order, of, rtol: tolerance, atol: tolerance }), {});
            return { error: Math.abs(end - exact(0.9, from, to)), calls, tolerance };
          }),
        );
        for (const { error, tolerance } of runs) assert.ok(error < 20 * tolerance, `${error} at ${tolerance}`);
        const [, rough, fine] = runs;
        // The error of a step is of the lower order plus one: 100 times less for 100^{1/order} times the steps.
        const growth = Math.log(fine!.calls / rough!.calls) / Math.log(100);
        assert.ok(Math.abs(growth - 1 / order) < 0.1, `${growth}, ${runs.map(({ calls }) => calls)}`);
      });
    }
  }

  test('on a mixture it keeps quantiles, as the ODE does', async () => {
    const { expected, below } = mixtureData([
      { mean: -1, sd: 0.2, weight: 0.4 },
      { mean: 0.8, sd: 0.3, weight: 0.6 },
    ]);
    const rule: Denoiser<number> = async (x, level) => expected(x, level);
    const { end } = await walk(dpmAdaptive({ rtol: 1e-7, atol: 1e-7 }), { rule });
    assert.ok(Math.abs(below(end, to) - below(0.9, from)) < 1e-6);
  });

  test('the number of intervals hardly matters, for result or cost', async () => {
    const sampler = dpmAdaptive({ rtol: 1e-5, atol: 1e-5 });
    const many = Array.from({ length: 9 }, (_, i) => cosine().level(0.98 - 0.12 * i));
    const [two, nine] = [await walk(sampler, {}), await walk(sampler, { steps: many })];
    assert.ok(Math.abs(two.end - nine.end) < 1e-4);
    assert.ok(nine.calls < 1.3 * two.calls, `${[two.calls, nine.calls]}`);
  });

  test('goes from pure noise to none in one interval', async () => {
    const { end, calls } = await walk(dpmAdaptive({ rtol: 1e-4, atol: 1e-4 }), {
      steps: [
        { alpha: 0, sigma: 1 },
        { alpha: 1, sigma: 0 },
      ],
    });
    // From pure noise the ODE maps 0.9 standard deviations to as many of the data.
    assert.ok(Math.abs(end - 0.9 * 0.5) < 5e-3, `${end}`);
    assert.ok(calls < 300, `${calls}`);
  });

  test('with noise it ends in the distribution of the data', async () => {
    const space = batchSpace();
    const walks = 500;
    const start = space.gaussian(floats([walks, 1]), key(4));
    const optimal: Denoiser<typeof start> = async (x, level) => {
      const gain = (0.25 * level.alpha) / (0.25 * level.alpha ** 2 + level.sigma ** 2);
      return space.map(x, (value) => 0.3 + gain * (value - level.alpha * 0.3));
    };
    const steps = [cosine().level(0.99), cosine().level(0.02)];
    const sampler = dpmAdaptive({ eta: 1, rtol: 0.05, atol: 0.05 });
    const { data } = await sample({ denoise: optimal, sampler, steps, start, space, key: key(8) });
    const mean = data.reduce((sum, value) => sum + value, 0) / walks;
    const sd = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / walks);
    const { alpha, sigma } = steps[1]!;
    const wanted = Math.hypot(0.5 * alpha, sigma);
    assert.ok(Math.abs(mean - 0.3 * alpha) < (4 * wanted) / Math.sqrt(walks) + 0.005, `mean ${mean}`);
    assert.ok(Math.abs(sd - wanted) < (4 * wanted) / Math.sqrt(2 * walks) + 0.01, `deviation ${sd}, not ${wanted}`);
  });

  test('a tolerance that cannot be met is an error', async () => {
    const rough: Denoiser<number> = async (x, level) => Math.sin(1e5 * x) + level.sigma;
    await assert.rejects(walk(dpmAdaptive({ rtol: 1e-12, atol: 1e-12 }), { rule: rough }), {
      code: 'no-progress',
      message: /^dpm-adaptive: 10000 sub-steps were tried and led to sigma = .*Raise rtol or atol/,
    });
  });
});

suite('step control', () => {
  test('integral control alone is the textbook rule, limited', () => {
    const control = pidControl({ proportional: 0, integral: 1, differential: 0, order: 2, safety: 0.81 });
    assert.ok(Math.abs(control(0.25).factor - (1 + Math.atan(1))) < 1e-6); // (1/0.25)^{1/2} = 2
    assert.deepEqual([control(1).accepted, control(2).accepted, control(1.3).accepted], [true, false, true]);
    assert.ok(control(0).factor < 1 + Math.PI / 2);
  });

  test('proportional control looks at the last accepted error', () => {
    const control = pidControl({ proportional: 0.4, integral: 0.7, differential: 0, order: 1, safety: 0.5 });
    control(0.5);
    control(1e9); // rejected, hence forgotten
    const { factor } = control(1);
    assert.ok(Math.abs(factor - (1 + Math.atan(2 ** -0.4 - 1))) < 1e-6, `${factor}`); // 1^{1.1}·(1/0.5)^{−0.4}
  });
});
