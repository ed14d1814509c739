import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { mixtureData } from '../../../../test/mixture.js';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { key } from '../../../core/random.js';
import { cosine, halfLogSnr, type Level, posterior } from '../../../diffusion/index.js';
import type { Steps } from '../../intervals.js';
import { reversed } from '../../levels/reversed.js';
import { groupOrders } from '../../rules/dpm-grouped.js';
import { crossing, moments } from '../../rules/exponential.js';
import type { Denoiser, Sampler, Step } from '../../sampler.js';
import { karrasSteps } from '../../steps/karras.js';
import { sample } from '../../trajectory.js';
import {
  ddim,
  dpmpp2m,
  dpmpp2s,
  dpmpp3m,
  dpmSolver1,
  dpmSolver2,
  dpmSolver3,
  dpmSolverInverse,
  dpmSolverMultistep,
  dpmSolverSinglestep,
} from '../index.js';

const { denoise, exact } = gaussianData(0.5);
const near = (value: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} against ${expected}`);

const path = (count: number): Level[] =>
  Array.from({ length: count + 1 }, (_, i) => cosine().level(0.95 - (0.9 * i) / count));
const run = (sampler: Sampler, steps: readonly Level[], rule: Denoiser<number> = denoise) =>
  sample({ denoise: rule, sampler, steps, start: 0.9, space: numbers, key: key(1) });

/** The sampler with its first steps taken by a much finer walk. */
const wellStarted = (sampler: Sampler, rule: Denoiser<number>): Sampler => ({
  ...sampler,
  step: async <X>(at: Step<X>) => {
    if (at.index >= sampler.memory) return sampler.step(at);
    const [start, end] = [halfLogSnr(at.from), halfLogSnr(at.to)];
    const fine = Array.from({ length: 33 }, (_, i) => Math.exp(-(start + ((end - start) * i) / 32)));
    const scale = (level: Level): number => level.alpha; // the walk between is in α = 1
    const x = await sample({
      denoise: (value, level) => rule(value, level),
      sampler: dpmSolver3(),
      steps: fine,
      start: (at.x as number) / scale(at.from),
      space: numbers,
      key: key(1),
    });
    return { x: (x * scale(at.to)) as X, denoised: await at.denoise(at.x, at.from) };
  },
});

/** Name, order, sampler, and how many steps it takes until the leading term of the error leads. */
const cases: readonly (readonly [string, number, Sampler, number?])[] = [
  ['dpmpp-2m heun', 2, dpmpp2m({ form: 'heun' })],
  ['dpmpp-2m with the last steps at lower order', 2, dpmpp2m({ lowerOrderFinal: true, eulerAtFinal: true })],
  ['dpmpp-3m exact', 3, dpmpp3m()],
  ['dpmpp-3m as other programs have it', 2, dpmpp3m({ curvature: 'half' })],
  ['dpmpp-2s at r = 0.3', 2, dpmpp2s({ r: 0.3 })],
  ['dpm-solver-2 at r = 1', 2, dpmSolver2({ r: 1 })],
  ['dpm-solver-3', 3, dpmSolver3()],
  ['dpm-solver-multistep 1', 1, dpmSolverMultistep({ order: 1 })],
  ['dpm-solver-multistep 2 heun', 2, dpmSolverMultistep({ form: 'heun' })],
  ['dpm-solver-multistep 3', 3, dpmSolverMultistep({ order: 3 })],
  ['dpm-solver-multistep 3 as other programs have it', 2, dpmSolverMultistep({ order: 3, curvature: 'half' })],
  ['dpm-solver-singlestep 1', 1, dpmSolverSinglestep({ order: 1 })],
  ['dpm-solver-singlestep 2 noise heun', 2, dpmSolverSinglestep({ of: 'noise', form: 'heun' })],
  ['dpm-solver-singlestep 3', 3, dpmSolverSinglestep({ order: 3, form: 'heun' })],
  ['dpm-solver-singlestep 3 noise', 3, dpmSolverSinglestep({ order: 3, of: 'noise', form: 'heun' }), 768],
];

suite('orders of the family', () => {
  for (const [name, order, sampler, count = 384] of cases) {
    test(`${name}: ${order} on a Gaussian`, async () => {
      const error = async (steps: readonly Level[]): Promise<number> => {
        const started = wellStarted(sampler, denoise);
        return Math.abs((await run(started, steps)) - exact(0.9, steps[0]!, steps.at(-1)!));
      };
      const measured = Math.log2((await error(path(count))) / (await error(path(2 * count))));
      near(measured, order, 0.3);
    });

    test(`${name}: ${order} on a mixture, whose quantiles the ODE keeps`, async () => {
      const { expected, below } = mixtureData([
        { mean: -1, sd: 0.4, weight: 0.4 },
        { mean: 0.8, sd: 0.5, weight: 0.6 },
      ]);
      const rule: Denoiser<number> = async (x, level) => expected(x, level);
      const error = async (steps: readonly Level[]): Promise<number> => {
        const end = await run(wellStarted(sampler, rule), steps, rule);
        return Math.abs(below(end, steps.at(-1)!) - below(0.9, steps[0]!));
      };
      const measured = Math.log2((await error(path(count))) / (await error(path(2 * count))));
      near(measured, order, 0.3);
    });
  }
});

suite('one family', () => {
  const steps = path(12);
  test('dpm-solver-1 is ddim', async () => near(await run(dpmSolver1(), steps), await run(ddim(), steps), 1e-12));
  test('order 1 is ddim in every form', async () => {
    for (const sampler of [dpmSolverMultistep({ order: 1 }), dpmSolverSinglestep({ order: 1 })]) {
      near(await run(sampler, steps), await run(ddim(), steps), 1e-12);
    }
  });
  test('groups of two on levels half-way in λ are dpmpp-2s and dpm-solver-2', async () => {
    const sigmas = Array.from({ length: 9 }, (_, i) => ({ alpha: 1, sigma: 10 * 0.6 ** i }));
    const outer = sigmas.filter((_, i) => i % 2 === 0);
    near(await run(dpmSolverSinglestep(), sigmas), await run(dpmpp2s(), outer), 1e-12);
    near(await run(dpmSolverSinglestep({ of: 'noise' }), sigmas), await run(dpmSolver2(), outer), 1e-12);
  });
  test('D that is a parabola in λ is no matter to dpmpp-3m, a line none to 2m heun', async () => {
    const parabola: Denoiser<number> = async (_, level) => 2 - halfLogSnr(level) + 0.5 * halfLogSnr(level) ** 2;
    const line: Denoiser<number> = async (_, level) => 2 - halfLogSnr(level);
    const truth = async (rule: Denoiser<number>) => run(dpmSolver3(), path(3000), rule);
    near(await run(wellStarted(dpmpp3m(), parabola), steps, parabola), await truth(parabola), 1e-6);
    near(await run(wellStarted(dpmpp2m({ form: 'heun' }), line), steps, line), await truth(line), 1e-6);
    const half = await run(wellStarted(dpmpp3m({ curvature: 'half' }), parabola), steps, parabola);
    assert.ok(Math.abs(half - (await truth(parabola))) > 1e-3);
  });
});

suite('coefficients', () => {
  test('moments are their integrals', () => {
    for (const z of [-30, -2, -0.5, -1e-3, 1e-7, 0.01, 0.49999, 0.5, 3, 40]) {
      for (const [k, value] of moments(z).entries()) {
        const count = 20_000;
        const mid = Array.from({ length: count }, (_, i) => (i + 0.5) / count);
        const integral = (z * mid.reduce((sum, s) => sum + Math.exp(z * (s - 1)) * s ** k, 0)) / count;
        near(value / integral, 1, 1e-6);
      }
    }
    assert.deepEqual(moments(Infinity), [1, 1, 1]);
  });

  test('moments do not lose digits where series and recursion meet', () => {
    for (const sign of [-1, 1]) {
      for (const [k, value] of moments(sign * 0.5).entries()) near(moments(sign * (0.5 - 1e-12))[k]!, value, 2e-12);
    }
  });

  test('the reverse SDE with D held is the posterior q(x_s | x_t, x₀)', () => {
    const [from, to] = [cosine().level(0.7), cosine().level(0.6)];
    const { carry, weights, spread } = crossing({ from, to, of: 'data', eta: 1 });
    const q = posterior(from, to);
    near(carry, q.x, 1e-12);
    near(weights[0], q.clean, 1e-12);
    near(spread, q.sigma, 1e-12);
  });

  test('orders of a walk in groups', () => {
    const orders = (order: 1 | 2 | 3, count: number, lowerOrderFinal = true) =>
      groupOrders({ order, count, lowerOrderFinal }).join('');
    assert.equal(orders(3, 7), '1231231');
    assert.equal(orders(3, 9), '123123121'.slice(0, 9));
    assert.equal(orders(3, 8), '12312312');
    assert.equal(orders(2, 6), '121211');
    assert.equal(orders(2, 5), '12121');
    assert.equal(orders(3, 6, false), '123123');
  });

  test('the last steps of short walks are lower where told', async () => {
    const steps = path(8);
    const ends = await Promise.all(
      [dpmpp2m(), dpmpp2m({ eulerAtFinal: true }), dpmpp2m({ lowerOrderFinal: true })].map((s) => run(s, steps)),
    );
    assert.notEqual(ends[0], ends[1]);
    near(ends[1]!, ends[2]!, 1e-15); // order 2: only the last step is lowered
    const long = path(15);
    assert.equal(await run(dpmpp2m({ lowerOrderFinal: true }), long), await run(dpmpp2m(), long));
    const third = await Promise.all(
      [dpmpp3m({ eulerAtFinal: true }), dpmpp3m({ lowerOrderFinal: true })].map((s) => run(s, steps)),
    );
    assert.notEqual(third[0], third[1]);
  });
});

suite('up and down again', () => {
  const there = async (sampler: Sampler, steps: Steps, start: number) =>
    sample({ denoise, sampler, steps, start, space: numbers, key: key(1) });

  for (const [order, of, down] of [
    [2, 'data', dpmpp2m()],
    [3, 'data', dpmpp3m()],
    [2, 'noise', dpmSolverMultistep()],
  ] as const) {
    test(`order ${order} of ${of} returns with an error that falls with the step`, async () => {
      const error = async (count: number): Promise<number> => {
        const up = dpmSolverInverse({ order, of, curvature: 'exact' });
        const noise = await there(up, reversed(path(count)), 0.7);
        return Math.abs((await there(down, path(count), noise)) - 0.7);
      };
      const [coarse, fine] = [await error(100), await error(200)];
      assert.ok(fine < 1e-3 && coarse / fine > 3, `${coarse} to ${fine}`);
    });
  }

  test('from the picture itself the noise comes close to that of the ODE', async () => {
    const steps = karrasSteps({ count: 200, sigmaMin: 0.001 });
    const noise = await there(dpmSolverInverse(), reversed(steps), 0.7);
    const wanted = exact(0.7, { alpha: 1, sigma: 0 }, { alpha: 1, sigma: 80 });
    assert.ok(Math.abs(noise / wanted - 1) < 1e-3, `${noise} against ${wanted}`);
  });
});

test('steps of σ alone and of pairs land in the same place', async () => {
  const sigmas = karrasSteps({ count: 10 });
  const bent = sigmas.map((sigma) => ({ alpha: 1 / Math.hypot(1, sigma), sigma: sigma / Math.hypot(1, sigma) }));
  for (const sampler of [
    dpmpp2m(),
    dpmpp3m(),
    dpmpp2s(),
    dpmSolver2(),
    dpmSolver3(),
    dpmSolverMultistep(),
    dpmSolverSinglestep(),
  ]) {
    const plain = await sample({ denoise, sampler, steps: sigmas, start: 60, space: numbers, key: key(1) });
    const start = 60 * bent[0]!.alpha;
    near(await sample({ denoise, sampler, steps: bent, start, space: numbers, key: key(1) }), plain, 1e-12);
  }
});
