import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Affine, affine, affineDenoiser, affineSpace, varianceOf } from '../../../../test/affine.js';
import { numbers } from '../../../../test/numbers.js';
import { floats, type HostArray } from '../../../core/host-array.js';
import { fold, key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, type Level } from '../../../diffusion/index.js';
import { jump } from '../../../diffusion/processes/jump.js';
import type { Sampler } from '../../sampler.js';
import { sample } from '../../trajectory.js';
import { annealedLangevin, eulerMaruyama, reverseDiffusion } from '../index.js';

/** Data ~ N(0.3, 0.5²). */
const [m, s] = [0.3, 0.5];
type Path = (t: number) => Level;
const paths: Readonly<Record<string, Path>> = {
  exploding: (t) => ({ alpha: 1, sigma: 0.05 * 200 ** t }),
  preserving: (t) => cosine().level(0.03 + 0.92 * t),
};
const along = (path: Path, count: number): Level[] =>
  Array.from({ length: count }, (_, i) => path(1 - i / (count - 1)));

/** The exact distribution of the end of a walk that starts in the exact distribution of its first level. */
function endOf(sampler: Sampler, steps: readonly Level[]): Promise<Affine> {
  const { alpha, sigma } = steps[0]!;
  const start = affine(alpha * m, Math.hypot(alpha * s, sigma));
  return sample({ denoise: affineDenoiser(m, s), sampler, steps, start, space: affineSpace(1), key: key(0) });
}

suite('weak order 1: mean and variance of the end, computed and not drawn', () => {
  const rules = { 'euler-maruyama': eulerMaruyama(), 'reverse-diffusion': reverseDiffusion({ corrections: 0 }) };
  for (const [name, sampler] of Object.entries(rules)) {
    for (const [kind, path] of Object.entries(paths)) {
      test(`${name} on ${kind} levels`, async () => {
        const { alpha, sigma } = path(0);
        const error = async (count: number): Promise<number> => {
          const end = await endOf(sampler, along(path, count));
          assert.ok(Math.abs(end.mean - alpha * m) < 5 / count, `mean ${end.mean}`);
          return Math.abs(varianceOf(end) - ((alpha * s) ** 2 + sigma ** 2));
        };
        const measured = Math.log2((await error(161)) / (await error(321)));
        assert.ok(Math.abs(measured - 1) < 0.3, `measured ${measured}`);
      });
    }
  }

  test('with α = 1 they are one rule', async () => {
    const steps = along(paths['exploding']!, 20);
    const [a, b] = [await endOf(eulerMaruyama(), steps), await endOf(reverseDiffusion({ corrections: 0 }), steps)];
    assert.ok(Math.abs(a.mean - b.mean) < 1e-12 && Math.abs(varianceOf(a) - varianceOf(b)) < 1e-12);
  });

  test('predictors are those of the paper', async () => {
    const [x, z, clean] = [0.7, 1.1, -0.2];
    const one = async (sampler: Sampler, from: Level, to: Level): Promise<number> => {
      const space = { ...numbers, gaussian: () => z };
      return sample({ denoise: async () => clean, sampler, steps: [from, to], start: x, space, key: key(0) });
    };
    const predictor = reverseDiffusion({ corrections: 0 });
    const [a, b] = [paths['exploding']!(0.6), paths['exploding']!(0.5)];
    const v = a.sigma ** 2 - b.sigma ** 2;
    const algorithm2 = x + (v * (clean - x)) / a.sigma ** 2 + Math.sqrt(v) * z;
    assert.ok(Math.abs((await one(predictor, a, b)) - algorithm2) < 1e-12);

    const [c, d] = [paths['preserving']!(0.6), paths['preserving']!(0.5)];
    const beta = jump(d, c).sigma ** 2;
    const score = (c.alpha * clean - x) / c.sigma ** 2;
    const algorithm3 = (2 - Math.sqrt(1 - beta)) * x + beta * score + Math.sqrt(beta) * z;
    assert.ok(Math.abs((await one(predictor, c, d)) - algorithm3) < 1e-12);
    const eulers = x + beta * (x / 2 + score) + Math.sqrt(beta) * z;
    assert.ok(Math.abs((await one(eulerMaruyama(), c, d)) - eulers) < 1e-12);
  });
});

type Batch = HostArray<'float32'>;
const space = batchSpace();

/** Data: 0.3·N(−1, 0.2²) + 0.7·N(0.8, 0.3²), with its exact denoiser and distribution function. */
const parts = [
  { weight: 0.3, mean: -1, sd: 0.2 },
  { weight: 0.7, mean: 0.8, sd: 0.3 },
] as const;
function mixtureDenoiser(value: number, { alpha, sigma }: Level): number {
  let [total, sum] = [0, 0];
  for (const { weight, mean, sd } of parts) {
    const variance = (alpha * sd) ** 2 + sigma ** 2;
    const residual = value - alpha * mean;
    const density = (weight * Math.exp(-(residual ** 2) / (2 * variance))) / Math.sqrt(variance);
    total += density;
    sum += density * (mean + (alpha * sd ** 2 * residual) / variance);
  }
  return total === 0 ? value / alpha : sum / total;
}
/** Φ by Abramowitz & Stegun 7.1.26, to 1.5e-7. */
function normalCdf(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-(z ** 2) / 2);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}
const mixtureCdf = (x: number): number =>
  parts.reduce((sum, { weight, mean, sd }) => sum + weight * normalCdf((x - mean) / sd), 0);

/** The largest distance between the distribution of the values and F (Kolmogorov–Smirnov). */
function distance(values: Float32Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  return sorted.reduce((worst, x, i) => {
    const f = cdf(x);
    return Math.max(worst, f - i / sorted.length, (i + 1) / sorted.length - f);
  }, 0);
}

const walks = 4000;
/** Ends of many walks, all in one row: the norms of a corrector are those of a picture of as many pixels. */
async function drawn(sampler: Sampler, steps: readonly Level[]): Promise<Float32Array> {
  const { alpha, sigma } = steps[0]!;
  const spread = Math.hypot(sigma, 0.9 * alpha);
  const start = space.map(space.gaussian(floats([1, walks]), fold(key(5), 'start')), (z) => 0.26 * alpha + spread * z);
  const denoise = async (x: Batch, level: Level) => space.map(x, (value) => mixtureDenoiser(value, level));
  return (await sample({ denoise, sampler, steps, start, space, key: key(5) })).data;
}

suite('the ends of many walks are distributed as the data', () => {
  const cases: readonly { what: string; sampler: Sampler; path: Path; count: number }[] = [
    { what: 'euler-maruyama, VE', sampler: eulerMaruyama(), path: paths['exploding']!, count: 200 },
    { what: 'euler-maruyama, VP', sampler: eulerMaruyama(), path: paths['preserving']!, count: 300 },
    {
      what: 'predictor alone, VE',
      sampler: reverseDiffusion({ corrections: 0 }),
      path: paths['exploding']!,
      count: 200,
    },
    { what: 'predictor and corrector, VE', sampler: reverseDiffusion(), path: paths['exploding']!, count: 200 },
    { what: 'predictor and corrector, VP', sampler: reverseDiffusion(), path: paths['preserving']!, count: 300 },
    {
      what: 'corrector first',
      sampler: reverseDiffusion({ corrects: 'before' }),
      path: paths['exploding']!,
      count: 200,
    },
    { what: 'annealed Langevin', sampler: annealedLangevin({ repeats: 40 }), path: paths['exploding']!, count: 25 },
  ];
  for (const { what, sampler, path, count } of cases) {
    test(what, async () => {
      const steps = [...along(path, count), { alpha: 1, sigma: 0 }];
      const d = distance(await drawn(sampler, steps), mixtureCdf);
      // 1.63/√n is passed by one right sampler in a hundred; the rest is for steps of finite length.
      assert.ok(d < 1.63 / Math.sqrt(walks) + 0.015, `distance ${d}`);
    });
  }

  test('the corrector mends what a coarse predictor leaves', async () => {
    const steps = [...along(paths['exploding']!, 25), { alpha: 1, sigma: 0 }];
    const [without, with_] = [
      distance(await drawn(reverseDiffusion({ corrections: 0 }), steps), mixtureCdf),
      distance(await drawn(reverseDiffusion({ corrections: 3 }), steps), mixtureCdf),
    ];
    assert.ok(with_ < 0.75 * without, `${with_} against ${without}`);
  });
});

suite('reverse-diffusion: the step of the corrector', () => {
  const score = 0.4; // at σ = 1, α = 1: D − x
  const level = { alpha: 1, sigma: 1 };
  const denoise = async (x: Batch) =>
    floats(
      x.shape,
      x.data.map((value, i) => value + (i < 2 ? score : 3 * score)),
    );
  const noise = floats([2, 2], [3, 4, 0, 2]);
  const still = { ...space, gaussian: () => noise };
  const run = (norms: 'picture' | 'batch') =>
    sample({
      denoise,
      sampler: reverseDiffusion({ corrects: 'before', snr: 0.1, norms }),
      steps: [level, { alpha: 1, sigma: 0 }],
      start: floats([2, 2]),
      space: still,
      key: key(0),
    });
  /** x + ε·s + √(2ε)·z with ε = 2(r‖z‖/‖s‖)², and then the denoiser's answer, which is s more. */
  const expected = (ratio: number, s: number, z: number) => 2 * (0.1 * ratio) ** 2 * s + 2 * 0.1 * ratio * z + s;

  test('follows the norms of each picture', async () => {
    const [first, second] = [5 / (score * Math.SQRT2), 2 / (3 * score * Math.SQRT2)];
    const want = [
      expected(first, score, 3),
      expected(first, score, 4),
      expected(second, 3 * score, 0),
      expected(second, 3 * score, 2),
    ];
    const { data } = await run('picture');
    for (const [i, value] of want.entries()) assert.ok(Math.abs(data[i]! - value) < 1e-5, `${data} against ${want}`);
  });

  test('or the means over the batch', async () => {
    const ratio = 3.5 / (2 * score * Math.SQRT2);
    const want = [
      expected(ratio, score, 3),
      expected(ratio, score, 4),
      expected(ratio, 3 * score, 0),
      expected(ratio, 3 * score, 2),
    ];
    const { data } = await run('batch');
    for (const [i, value] of want.entries()) assert.ok(Math.abs(data[i]! - value) < 1e-5, `${data} against ${want}`);
  });
});

suite('annealed-langevin', () => {
  const level = { alpha: 1, sigma: 0.8 };
  const stay = [level, level];

  test('is Algorithm 1: α_i = ε·σ_i²/σ_L²', async () => {
    const [epsilon, last] = [2e-5, 0.01];
    const size = (epsilon * level.sigma ** 2) / last ** 2;
    const end = await sample({
      denoise: affineDenoiser(m, s),
      sampler: annealedLangevin({ repeats: 2, step: epsilon / last ** 2 }),
      steps: stay,
      start: affine(0.9),
      space: affineSpace(0),
      key: key(0),
    });
    const variance = s ** 2 + level.sigma ** 2;
    let x = 0.9;
    for (let round = 0; round < 2; round++) x += (size / 2) * (-(x - m) / variance);
    assert.ok(Math.abs(end.mean - x) < 1e-12);
    const shrink = 1 - size / (2 * variance);
    assert.ok(Math.abs(varianceOf(end) - size * (1 + shrink ** 2)) < 1e-12);
  });

  test('settles at 1/(1 − δ/4V) of the variance, so at the right one as steps get smaller', async () => {
    const exact = s ** 2 + level.sigma ** 2;
    for (const [step, repeats] of [
      [0.5, 60],
      [0.1, 300],
    ] as const) {
      const end = await sample({
        denoise: affineDenoiser(m, s),
        sampler: annealedLangevin({ step, repeats }),
        steps: stay,
        start: affine(0),
        space: affineSpace(0),
        key: key(0),
      });
      const settled = exact / (1 - (step * level.sigma ** 2) / (4 * exact));
      assert.ok(Math.abs(varianceOf(end) / settled - 1) < 1e-6, `${varianceOf(end)} against ${settled}`);
      assert.ok(Math.abs(end.mean - m) < 1e-3);
    }
  });

  test('the last denoising can be left out', async () => {
    const options = { steps: [level, { alpha: 1, sigma: 0 }], start: affine(m), space: affineSpace(0), key: key(0) };
    const ends = await Promise.all(
      [true, false].map((denoise) =>
        sample({ ...options, denoise: affineDenoiser(m, s), sampler: annealedLangevin({ denoise }) }),
      ),
    );
    const [[less, more], gain] = [ends.map(varianceOf) as [number, number], s ** 2 / (s ** 2 + level.sigma ** 2)];
    assert.ok(Math.abs(less - more * gain ** 2) < 1e-12);
  });
});
