import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { mixtureData } from '../../../test/mixture.js';
import { gaussianData, numbers } from '../../../test/numbers.js';
import { floats, type HostArray } from '../../core/host-array.js';
import type { OptionSpecs } from '../../core/options.js';
import { fold, key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { cosine, grid, type Level, linear } from '../../diffusion/index.js';
import { type Interval, intervals, type Steps } from '../intervals.js';
import { reversed } from '../levels/reversed.js';
import type { Sampler, SamplerCheck, SamplerDefinition, Step } from '../sampler.js';
import { karrasSteps } from '../steps/karras.js';
import { leading } from '../steps/leading.js';
import { trailing } from '../steps/trailing.js';
import { sample, trajectory } from '../trajectory.js';
import { ddim, ddpm, dpm2, dpm2Ancestral, euler, eulerAncestral, heun, samplers } from './index.js';

const { denoise, exact } = gaussianData(0.5);
const training = grid({ schedule: cosine() });
const setup = (sampler: Sampler) => ({
  denoise,
  sampler,
  steps: karrasSteps({ count: 8 }) as Steps,
  start: 60,
  space: numbers,
  key: key(1),
});

/** Levels of three kinds, from much to little noise, evenly in time: where orders of convergence are measured. */
const paths: Readonly<Record<string, (t: number) => Level>> = {
  'variance-preserving': (t) => cosine().level(0.05 + 0.9 * t),
  interpolating: (t) => ({ alpha: 0.95 - 0.9 * t, sigma: 0.05 + 0.9 * t }),
};
const along = (path: (t: number) => Level, count: number): Level[] =>
  Array.from({ length: count }, (_, i) => path(1 - i / (count - 1)));

const { expected } = mixtureData([
  { mean: -0.7, sd: 0.35, weight: 0.4 },
  { mean: 0.5, sd: 0.5, weight: 0.6 },
]);

/** dy/du = y − D(y; ρ) with y = x/α, u = ln ρ, ρ = σ/α, by Runge and Kutta's rule in steps of a thousandth. */
function mixtureExact(x: number, from: Level, to: Level): number {
  const [start, end] = [Math.log(from.sigma / from.alpha), Math.log(to.sigma / to.alpha)];
  const count = Math.ceil(Math.abs(end - start) / 1e-3);
  const h = (end - start) / count;
  const slope = (y: number, u: number): number => y - expected(y, { alpha: 1, sigma: Math.exp(u) });
  let y = x / from.alpha;
  for (let i = 0; i < count; i++) {
    const u = start + i * h;
    const a = slope(y, u);
    const b = slope(y + (h / 2) * a, u + h / 2);
    const c = slope(y + (h / 2) * b, u + h / 2);
    const d = slope(y + h * c, u + h);
    y += (h / 6) * (a + 2 * b + 2 * c + d);
  }
  return to.alpha * y;
}

/** Where walks start of which the error is taken together: one alone may end right by chance. */
const starts = [0.9, -0.4];

/** Where the end of the probability-flow ODE is known. */
const problems = {
  'a Gaussian': { denoise, exact },
  'a mixture of two': { denoise: async (x: number, level: Level) => expected(x, level), exact: mixtureExact },
} as const;
type Problem = (typeof problems)[keyof typeof problems];

/** The sampler with its first steps exact: rules that look back begin at a lower order, which is not what is measured. */
const wellStarted = (sampler: Sampler, { exact }: Problem = problems['a Gaussian']): Sampler => ({
  ...sampler,
  step: async <X>(at: Step<X>) => {
    if (at.index >= sampler.memory) return sampler.step(at);
    return { x: exact(at.x as number, at.from, at.to) as X, denoised: await at.denoise(at.x, at.from) };
  },
});

for (const name of samplers.names) {
  const create = samplers.entries[name];
  const definition: SamplerDefinition<OptionSpecs> = create.definition;
  const { order, evaluations, lastEvaluations = 1, memory, exempt = {}, direction = 'down' } = definition;
  const unless = (check: SamplerCheck) => ({ skip: exempt[check] ?? false });
  /** Steps in the sampler's own direction. */
  const forth = (steps: Steps): Steps => (direction === 'up' ? reversed(steps) : steps);

  suite(name, () => {
    test('says why it is spared a check', () => {
      for (const reason of Object.values(exempt)) assert.match(reason, /\w+ \w+ \w+/);
    });

    test('is registered under its own name', () => assert.equal(create.definition.name, name));

    test('same key, same bits', async () => {
      const once = { ...setup(create()), steps: forth(setup(create()).steps) };
      assert.equal(await sample(once), await sample(once));
    });

    test(`calls the denoiser ${evaluations}× per step`, unless('evaluations'), async () => {
      let calls = 0;
      const count = (x: number, level: Level) => {
        calls++;
        return denoise(x, level);
      };
      await sample({ ...setup(create()), steps: forth(setup(create()).steps), denoise: count });
      assert.equal(calls, 7 * evaluations + lastEvaluations);
    });

    test('ends on the answer when the denoiser always gives the same one', unless('constant'), async () => {
      const visits: Steps[] = [karrasSteps({ count: 8 }), trailing().levels({ count: 8, grid: training })];
      for (const steps of visits) {
        const end = await sample({ ...setup(create()), steps, denoise: async () => 3 });
        assert.ok(Math.abs(end - 3) < 1e-9, `${end}`);
      }
    });

    test('starts from pure noise, where there is no signal to divide by', unless('pure-noise'), async () => {
      const flat = grid({ schedule: linear(), zeroTerminalSnr: true });
      const steps = trailing().levels({ count: 10, grid: flat });
      assert.equal(intervals(steps)[0]!.from.alpha, 0);
      const end = await sample({ ...setup(create()), start: 0.3, steps, denoise: async () => -2 });
      assert.ok(Math.abs(end + 2) < 1e-9, `${end}`);
    });

    test('sees the same path in any scale of x', unless('scale'), async () => {
      const levels = along(paths['variance-preserving']!, 12);
      const ends = await Promise.all(
        [(_: Level) => 1, ({ alpha }: Level) => 1 / alpha].map(async (scale) => {
          const steps = levels.map((level) => ({
            alpha: level.alpha * scale(level),
            sigma: level.sigma * scale(level),
          }));
          const scaled = async (x: number, level: Level) => {
            const back = Math.hypot(level.alpha, level.sigma);
            return denoise(x / back, { alpha: level.alpha / back, sigma: level.sigma / back });
          };
          const [first, last] = direction === 'up' ? [levels.at(-1)!, levels[0]!] : [levels[0]!, levels.at(-1)!];
          const start = 0.8 * scale(first);
          const end = await sample({ ...setup(create()), steps: forth(steps), start, denoise: scaled });
          return end / scale(last);
        }),
      );
      // Rules of order 1 do the same arithmetic in every scale; higher ones may bend differently.
      const tolerance = order >= 2 ? 1e-2 : 1e-9;
      assert.ok(Math.abs(ends[0]! - ends[1]!) < tolerance, `${ends}`);
    });

    test('reads only the past it declares', async () => {
      const steps = karrasSteps({ count: 6 });
      const lengths: number[] = [];
      const spy: Sampler = {
        ...create(),
        step: (at) => {
          lengths.push(at.history.length);
          return create().step(at);
        },
      };
      await sample({ ...setup(spy), steps: forth(steps) });
      assert.deepEqual(
        lengths,
        [0, 1, 2, 3, 4, 5].map((n) => Math.min(n, memory)),
      );
    });

    test('stops when told to', async () => {
      const stop = new AbortController();
      const walk = trajectory({ ...setup(create()), steps: forth(setup(create()).steps), signal: stop.signal });
      await walk.next();
      stop.abort();
      await assert.rejects(walk.next(), { name: 'AbortError' });
    });

    if (order >= 1) {
      test(`converges at order ${order} in σ`, unless('order'), async () => {
        const error = async (count: number): Promise<number> => {
          const steps = karrasSteps({ count, sigmaMin: 0.1 }).slice(0, -1); // above 0 the answer is known exactly
          const ends = [80, 0.1].map((sigma) => ({ alpha: 1, sigma }));
          const [from, to] = direction === 'up' ? ends.reverse() : ends;
          const start = direction === 'up' ? 0.4 : 60;
          const end = await sample({ ...setup(wellStarted(create())), steps: forth(steps), start });
          return Math.abs(end - exact(start, from!, to!)) / from!.sigma;
        };
        // Errors of either sign make up for each other at fewer steps of this grid.
        const measured = Math.log2((await error(257)) / (await error(513)));
        assert.ok(Math.abs(measured - order) < 0.3, `measured ${measured.toFixed(2)}`);
      });

      for (const [what, problem] of Object.entries(problems)) {
        for (const [kind, path] of Object.entries(paths)) {
          test(`converges at order ${order} on ${kind} levels of ${what}`, unless('order'), async () => {
            const [from, to] = direction === 'up' ? [path(0), path(1)] : [path(1), path(0)];
            const ends = starts.map((start) => ({ start, end: problem.exact(start, from, to) }));
            const error = async (count: number): Promise<number> => {
              const sampler = wellStarted(create(), problem);
              const steps = forth(along(path, count));
              const { denoise } = problem;
              const errors = ends.map(async ({ start, end }) => {
                return (await sample({ ...setup(sampler), denoise, steps, start })) - end;
              });
              return Math.hypot(...(await Promise.all(errors)));
            };
            // A high order, and any order on a bent path, shows where steps are short.
            const [few, many] = order > 3 ? [1025, 2049] : what === 'a Gaussian' ? [129, 257] : [513, 1025];
            const measured = Math.log2((await error(few)) / (await error(many)));
            assert.ok(Math.abs(measured - order) < 0.3, `measured ${measured.toFixed(2)}`);
          });
        }
      }
    }
  });
}

/** Mean and standard deviation of many ends for data ~ N(0.3, 0.5²), all walks in one row. */
async function ends(sampler: Sampler, { count, walks }: { readonly count: number; readonly walks: number }) {
  const steps = trailing().levels({ count, grid: training });
  const { alpha, sigma } = intervals(steps)[0]!.from;
  const space = batchSpace();
  const optimal = async (x: HostArray<'float32'>, level: Level) => {
    const gain = (0.25 * level.alpha) / (0.25 * level.alpha ** 2 + level.sigma ** 2);
    return space.map(x, (value) => 0.3 + gain * (value - level.alpha * 0.3));
  };
  const noise = space.gaussian(floats([1, walks]), fold(key(3), 'start'));
  const start = space.map(noise, (value) => 0.3 * alpha + Math.hypot(0.5 * alpha, sigma) * value);
  const { data } = await sample({ denoise: optimal, sampler, steps, start, space, key: key(3) });
  const mean = data.reduce((sum, value) => sum + value, 0) / walks;
  return { mean, sd: Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / walks) };
}

suite('stochastic samplers end in the data distribution', () => {
  const cases: Readonly<Record<string, Sampler>> = {
    'ddpm small': ddpm(),
    'ddpm large': ddpm({ variance: 'large' }),
    'ddpm in float32': ddpm({ arithmetic: 'float32' }),
    'ddim η = 0.5': ddim({ eta: 0.5 }),
    'ddim η = 1': ddim({ eta: 1 }),
    'euler-ancestral': eulerAncestral(),
    'dpm2-ancestral': dpm2Ancestral(),
    'euler with churn': euler({ sChurn: 5 }),
    'heun with churn': heun({ sChurn: 30 }),
    'heun with churn in a window': heun({ sChurn: 30, sTmin: 0.05, sTmax: 5 }),
    'dpm2 with churn': dpm2({ sChurn: 30 }),
    'ddim η = 0': ddim(),
  };
  for (const [name, sampler] of Object.entries(cases)) {
    test(name, async () => {
      const walks = 20_000;
      const { mean, sd } = await ends(sampler, { count: 100, walks });
      assert.ok(Math.abs(mean - 0.3) < (4 * 0.5) / Math.sqrt(walks) + 0.01, `mean ${mean}`);
      assert.ok(Math.abs(sd - 0.5) < (4 * 0.5) / Math.sqrt(2 * walks) + 0.015, `standard deviation ${sd}`);
    });
  }
});

suite('one family', () => {
  const steps = leading().levels({ count: 25, grid: training });
  const end = (sampler: Sampler, over: Steps = steps) => sample({ ...setup(sampler), start: 1.2, steps: over });
  const same = (a: number, b: number, tolerance = 1e-12) => assert.ok(Math.abs(a - b) < tolerance, `${a} against ${b}`);

  test('ddim with η = 1 is ddpm with small variance', async () => same(await end(ddim({ eta: 1 })), await end(ddpm())));
  test('ddim with η = 0 is euler', async () => same(await end(ddim()), await end(euler())));
  test('euler-ancestral without noise is euler', async () =>
    same(await end(eulerAncestral({ eta: 0 })), await end(euler())));
  test('euler-ancestral is ddim with the same η', async () => {
    same(await end(eulerAncestral({ eta: 0.7 })), await end(ddim({ eta: 0.7 })));
    const sigmas = karrasSteps({ count: 9 });
    same(await end(eulerAncestral(), sigmas), await end(ddim({ eta: 1 }), sigmas), 1e-9);
  });
  test('large variance is larger', async () => {
    const spread = async (variance: 'small' | 'large') => {
      const one: Interval[] = [{ from: training.level(500), to: training.level(400) }];
      const zeros = { ...setup(ddpm({ variance })), steps: one, start: 0, denoise: async () => 0 };
      return Math.abs(await sample(zeros));
    };
    assert.ok((await spread('large')) > (await spread('small')));
  });
  test('float32 coefficients differ in the last digits only', async () =>
    same(await end(ddpm()), await end(ddpm({ arithmetic: 'float32' })), 1e-4));
});

suite('ddim and a limit', () => {
  const level = { alpha: 0.6, sigma: 0.8 };
  const to = { alpha: 0.8, sigma: 0.6 };
  const one = (direction: 'limited' | 'model') =>
    sample({
      ...setup(ddim({ direction })),
      denoise: async () => 2,
      limit: { name: 'half', options: {}, apply: (denoised, space) => space.lincomb([0.5, denoised]) },
      steps: [{ from: level, to }],
      start: 1,
    });

  test('the direction is taken after it, or before, as asked', async () => {
    const [after, before] = [(1 - 0.6 * 1) / 0.8, (1 - 0.6 * 2) / 0.8];
    assert.ok(Math.abs((await one('limited')) - (0.8 * 1 + 0.6 * after)) < 1e-12);
    assert.ok(Math.abs((await one('model')) - (0.8 * 1 + 0.6 * before)) < 1e-12);
  });
});

test('every file in these folders is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url), { recursive: true }))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => file.includes('/') && !file.includes('.'))
    .map((file) => file.split('/').at(-1)!);
  assert.deepEqual(files.sort(), [...samplers.names].sort());
});

test('a wrong name or option says what was meant', () => {
  assert.throws(() => samplers.get('huen'), {
    message: `Unknown sampler "huen". Did you mean "heun"? Known: ${samplers.names.join(', ')}.`,
  });
  assert.throws(() => eulerAncestral({ eta: 2 }), {
    message: 'euler-ancestral: eta must be a number in [0, 1], got 2.',
  });
  assert.throws(() => ddpm({ variance: 'learnt' as 'small' }), {
    message:
      'ddpm: variance must be one of small, large, learned-range, learned, learned-plain, got "learnt". ' +
      'Did you mean "learned"?',
  });
});
