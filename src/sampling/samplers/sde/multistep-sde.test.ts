import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { floats, type HostArray } from '../../../core/host-array.js';
import { fold, key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cleanLevel, cosine, grid, type Level } from '../../../diffusion/index.js';
import type { Steps } from '../../intervals.js';
import { exponentialWeights } from '../../rules/exponential-weights.js';
import type { Sampler, Step } from '../../sampler.js';
import { trailing } from '../../steps/trailing.js';
import { sample } from '../../trajectory.js';
import { erSde, euler, eulerAncestral, saSolver, unipc } from '../index.js';

const { denoise, exact } = gaussianData(0.5);
const training = grid({ schedule: cosine() });

const along = (count: number): Level[] =>
  Array.from({ length: count }, (_, i) => cosine().level(0.95 - (0.9 * i) / (count - 1)));

/** Every draw is the same number, so that samplers with other labels for their noise can be compared. */
const fixedNoise = { ...numbers, gaussian: () => 0.7 };

const walk = (sampler: Sampler, steps: Steps = along(12)): Promise<number> =>
  sample({ denoise, sampler, steps, start: 0.9, space: fixedNoise, key: key(1) });

const near = (got: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(got - expected) < tolerance, `${got} against ${expected}`);

/** Order of convergence with exact first steps. */
async function orderOf(sampler: Sampler, count: number): Promise<number> {
  const step = async <X>(at: Step<X>) => {
    if (at.index >= sampler.memory) return sampler.step(at);
    return { x: exact(at.x as number, at.from, at.to) as X, denoised: await at.denoise(at.x, at.from) };
  };
  const [few, many] = (await Promise.all(
    [count, 2 * count - 1].map(async (levels) => {
      const path = along(levels);
      return Math.abs((await walk({ ...sampler, step }, path)) - exact(0.9, path[0]!, path.at(-1)!));
    }),
  )) as [number, number];
  return Math.log2(few / many);
}

suite('sa-solver', () => {
  test('without noise it is UniPC with bh1', async () => {
    for (const order of [1, 2, 3]) {
      const sampler = saSolver({ tau: 0, predictor: order, corrector: order + 1 });
      near(await walk(sampler), await walk(unipc({ order, solver: 'bh1' })));
    }
    for (const order of [1, 2, 3]) {
      const sampler = saSolver({ tau: 0, predictor: order, corrector: order + 1, lowerOrderFinal: true });
      near(await walk(sampler), await walk(unipc({ order, solver: 'bh1', lowerOrderFinal: true })));
    }
  });

  test('without noise the orders are those of Adams, Bashforth and Moulton', async () => {
    for (const prediction of ['data', 'noise'] as const) {
      for (const [predictor, corrector, expected] of [
        [1, 0, 1],
        [2, 0, 2],
        [3, 0, 3],
        [1, 2, 2],
        [2, 3, 3],
        [3, 4, 4],
      ] as const) {
        const measured = await orderOf(saSolver({ tau: 0, predictor, corrector, prediction, simple: false }), 513);
        near(measured, expected, 0.3);
      }
    }
  });

  test('the simple weights keep the order', async () => {
    near(await orderOf(saSolver({ tau: 0, corrector: 0 }), 257), 2, 0.1);
    near(await orderOf(saSolver({ tau: 0, corrector: 3 }), 257), 3, 0.1);
  });

  test('first order with τ = 1 is euler-ancestral, with τ = 0 Euler', async () => {
    near(await walk(saSolver({ predictor: 1, corrector: 0 })), await walk(eulerAncestral()));
    near(await walk(saSolver({ predictor: 1, corrector: 0, tau: 0 })), await walk(euler()));
    near(await walk(saSolver({ predictor: 1, corrector: 0, tau: 0, prediction: 'noise' })), await walk(euler()));
  });

  test('noise is added only from levels in the range', async () => {
    const path = along(12);
    const ratios = path.map(({ alpha, sigma }) => sigma / alpha);
    const none = saSolver({ sigmaMin: ratios[0]! * 1.01 });
    near(await walk(none), await walk(saSolver({ tau: 0 })));
    assert.equal(await walk(saSolver({ sigmaMax: ratios[0]! * 1.01 })), await walk(saSolver()));
    assert.notEqual(await walk(saSolver({ sigmaMin: ratios[4]! })), await walk(saSolver({ sigmaMin: ratios[3]! })));
  });
});

suite('er-sde', () => {
  test('first order: ode is Euler, sde is euler-ancestral', async () => {
    near(await walk(erSde({ order: 1, scale: 'ode' })), await walk(euler()));
    near(await walk(erSde({ order: 1, scale: 'sde' })), await walk(eulerAncestral()));
  });

  test('without noise two terms are the exponential integrator with D a line in ρ', async () => {
    const [a, b, c] = along(3) as [Level, Level, Level];
    const x1 = await walk(euler(), [a, b]);
    const [d0, d1] = [await denoise(0.9, a), await denoise(x1, b)];
    const variable = (lambda: number) => Math.exp(-lambda);
    const [w1, w0] = exponentialWeights({ from: b, to: c, nodes: [b, a], rate: 1, variable }) as [number, number];
    const expected = (c.sigma / b.sigma) * x1 + c.alpha * (w1 * d1 + w0 * d0);
    near(await walk(erSde({ order: 2, scale: 'ode' }), [a, b, c]), expected);
  });

  test('without noise: order two with the slope of the paper, three with that of the parabola', async () => {
    near(await orderOf(erSde({ order: 2, scale: 'ode' }), 513), 2, 0.1);
    near(await orderOf(erSde({ order: 3, scale: 'ode' }), 513), 2, 0.1);
    assert.ok((await orderOf(erSde({ order: 3, scale: 'ode', slope: 'newton' }), 257)) > 2.7);
  });

  test('the mean is exact for D a polynomial in ρ, whatever φ is', async () => {
    // y = x/α obeys dy/dρ = (φ′(ρ)/φ(ρ))·(y − D) between the noises; solved here by small steps.
    const phis: Record<string, (rho: number) => number> = {
      er1: (r) => r * (Math.exp(-1 / r) + 10),
      er2: (r) => r ** 1.5,
      er3: (r) => r ** 2.5,
      er4: (r) => r ** 0.9 * Math.log10(1 + 100 * r ** 1.5),
      er5: (r) => r * (Math.exp(r ** 0.3) + 10),
      sde: (r) => r ** 2,
      ode: (r) => r,
    };
    const parabola = (rho: number) => 1 - 0.5 * rho + 0.2 * rho ** 2;
    const silent = { ...numbers, gaussian: () => 0 };
    for (const [scale, phi] of Object.entries(phis)) {
      const sampler = erSde({ scale: scale as 'er1', slope: 'newton' });
      const rhos = [4, 3, 2.2, 1.5];
      let end = 0;
      const last: Sampler = {
        ...sampler,
        async step(at) {
          const result = await sampler.step(at);
          if (at.index === 2) end = result.x as number;
          return at.index === 2 ? result : { ...result, x: at.x };
        },
      };
      const levels = rhos.map((sigma) => ({ alpha: 1, sigma }));
      const asked = async (_: number, { sigma }: Level) => parabola(sigma);
      await sample({ denoise: asked, sampler: last, steps: levels, start: 2, space: silent, key: key(1) });

      const count = 4000;
      const slope = (y: number, rho: number) =>
        ((phi(rho + 1e-5) - phi(rho - 1e-5)) / 2e-5 / phi(rho)) * (y - parabola(rho));
      let y = 2;
      const h = (1.5 - 2.2) / count;
      for (let i = 0; i < count; i++) {
        const rho = 2.2 + i * h;
        y += h * slope(y + (h / 2) * slope(y, rho), rho + h / 2);
      }
      near(end, y, 1e-6);
    }
  });
});

/** The sorted ends of many walks that start in a Gaussian. */
async function ends(sampler: Sampler, data: Mixture, { steps, mean, sd }: Start): Promise<Float32Array> {
  const space = batchSpace();
  const noise = space.gaussian(floats([1, 8000]), fold(key(5), 'start'));
  const start = space.map(noise, (value) => mean + sd * value);
  const clean = async (x: HostArray<'float32'>, level: Level) => {
    const denoised = data.denoise(level);
    return space.map(x, denoised);
  };
  const end = await sample({ denoise: clean, sampler, steps, start, space, key: key(5) });
  return end.data.sort();
}

interface Start {
  readonly steps: Steps;
  readonly mean: number;
  readonly sd: number;
}

/** From where nothing is left of the data, α = 5e-5, to where nothing is left of the noise. */
const fromNoise: Start = { steps: trailing().levels({ count: 60, grid: training }), mean: 0, sd: 1 };

/** From where the sum of data ~ N(0.3, 0.5²) and noise is known. */
function fromLevel(level: Level): Start {
  const steps = [...Array.from({ length: 60 }, (_, i) => cosine().level(0.95 - (0.94 * i) / 60)), cleanLevel];
  assert.deepEqual(steps[0], level);
  return { steps, mean: 0.3 * level.alpha, sd: Math.hypot(0.5 * level.alpha, level.sigma) };
}

interface Mixture {
  readonly denoise: (level: Level) => (x: number) => number;
  readonly cdf: (x: number) => number;
}

/** Φ, by the series of Abramowitz & Stegun 1964, 7.1.26, to 1e-7. */
function normalCdf(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp((-z * z) / 2)) / 2;
  return z > 0 ? 1 - tail : tail;
}

/** Data of a few Gaussians: the expected clean value is a mean over them, weighted by how likely each is. */
function mixture(parts: readonly { readonly weight: number; readonly mean: number; readonly sd: number }[]): Mixture {
  return {
    denoise({ alpha, sigma }) {
      const each = parts.map(({ weight, mean, sd }) => {
        const variance = (alpha * sd) ** 2 + sigma ** 2;
        const log = Math.log(weight) - Math.log(variance) / 2;
        return { mean, log, variance, gain: (alpha * sd ** 2) / variance };
      });
      return (x) => {
        let [total, sum] = [0, 0];
        for (const { mean, log, variance, gain } of each) {
          const off = x - alpha * mean;
          const likely = Math.exp(log - off ** 2 / (2 * variance) + x ** 2 / (2 * each[0]!.variance));
          total += likely;
          sum += likely * (mean + gain * off);
        }
        return sum / total;
      };
    },
    cdf: (x) => parts.reduce((sum, { weight, mean, sd }) => sum + weight * normalCdf((x - mean) / sd), 0),
  };
}

/** Largest distance between the empirical distribution and the true one (Kolmogorov and Smirnov). */
const distance = (sorted: Float32Array, cdf: (x: number) => number): number =>
  sorted.reduce((most, x, i) => Math.max(most, Math.abs((i + 0.5) / sorted.length - cdf(x))), 0);

suite('walks end in the distribution of the data', () => {
  const data: Readonly<Record<string, Mixture>> = {
    'one Gaussian': mixture([{ weight: 1, mean: 0.3, sd: 0.5 }]),
    'two Gaussians': mixture([
      { weight: 0.3, mean: -1, sd: 0.2 },
      { weight: 0.7, mean: 0.6, sd: 0.3 },
    ]),
  };
  const samplers: Readonly<Record<string, Sampler>> = {
    'sa-solver': saSolver(),
    'sa-solver 3, 4, τ = 0.6': saSolver({ predictor: 3, corrector: 4, tau: 0.6 }),
    'sa-solver in a range': saSolver({ predictor: 3, corrector: 3, sigmaMin: 0.05, sigmaMax: 1 }),
    ...Object.fromEntries(
      (['ode', 'sde', 'er1', 'er2', 'er3', 'er4', 'er5'] as const).map((scale) => [
        `er-sde ${scale}`,
        erSde({ scale }),
      ]),
    ),
    'er-sde newton': erSde({ slope: 'newton' }),
  };
  // 1.63/√8000 = 0.018 is exceeded once in a hundred; the rest is for sixty steps instead of infinitely many.
  const most = 0.018 + 0.008;
  for (const [what, mix] of Object.entries(data)) {
    for (const [name, sampler] of Object.entries(samplers)) {
      test(`${name}: ${what}`, async () => {
        const far = distance(await ends(sampler, mix, fromNoise), mix.cdf);
        assert.ok(far < most, `${far}`);
      });
    }
  }

  test('sa-solver for noise, which cannot start next to pure noise: one Gaussian', async () => {
    const mix = data['one Gaussian']!;
    const start = fromLevel(cosine().level(0.95));
    for (const tau of [0.3, 1]) {
      const far = distance(await ends(saSolver({ tau, prediction: 'noise' }), mix, start), mix.cdf);
      assert.ok(far < most, `${far}`);
    }
  });

  test('the test can tell: noise that is a quarter too large is caught', async () => {
    const mix = data['one Gaussian']!;
    const loud: Sampler = {
      ...erSde(),
      step: (at) => erSde().step({ ...at, noise: (label) => at.lincomb([1.25, at.noise(label)]) }),
    };
    const far = distance(await ends(loud, mix, fromNoise), mix.cdf);
    assert.ok(far > most, `${far}`);
  });
});
