import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../../test/numbers.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { fold, key } from '../../core/random.js';
import { batchSpace, type Space } from '../../core/space.js';
import { grid } from '../grid.js';
import type { Level } from '../level.js';
import { type ScheduleName, schedules } from '../schedules/index.js';
import { centres, fokkerPlanck } from './fokker-planck.js';
import { entropyCurve, leastError, snrCurve } from './information.js';
import { densityOn, histogram, ink } from './ink.js';
import { jump } from './jump.js';
import { type Mixture, mixture } from './mixture.js';
import { forwardMotion, probabilityFlow, reverseMotion, simulateForward, simulateReverse } from './sde.js';
import { markovWalk } from './walk.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} against ${b}, more than ${tolerance}`);

const drop = mixture([
  { weight: 1, mean: [-1.2], sd: 0.3 },
  { weight: 2, mean: [0.8], sd: 0.4 },
]);

/** Numbers side by side: one array for all walkers, one stream for all. */
const space: Space<HostArray<'float32'>> = batchSpace();

/** Kolmogorov's distance between points and a mixture on a line. */
function distance(points: ArrayLike<number>, data: Mixture, level: Level): number {
  const sorted = Float64Array.from(points).sort();
  const { bells } = data.diffused(level);
  const cdf = (x: number): number =>
    bells.reduce((sum, { weight, mean, sd }) => {
      return sum + (weight * (1 + erf((x - mean[0]!) / ((sd as readonly number[])[0]! * Math.SQRT2)))) / 2;
    }, 0);
  return sorted.reduce((most, x, i) => Math.max(most, Math.abs(cdf(x) - (i + 0.5) / sorted.length)), 0);
}

/** erf by its series, to 10⁻⁸. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 4) return Math.sign(x);
  let [term, sum] = [a, a];
  for (let n = 1; n < 200 && Math.abs(term) > 1e-17; n++) {
    term *= -(a ** 2) / n;
    sum += term / (2 * n + 1);
  }
  return Math.sign(x) * Math.min(1, (2 / Math.sqrt(Math.PI)) * sum);
}

const drawn = (data: Mixture, count: number, level: Level, seed: number): HostArray<'float32'> =>
  floats(
    [1, count],
    data
      .diffused(level)
      .sample({ count, key: key(seed) })
      .map((point) => point[0]!),
  );

const scoreOf =
  (data: Mixture) =>
  (x: HostArray<'float32'>, level: Level): HostArray<'float32'> =>
    floats(
      x.shape,
      x.data.map((value) => data.score([value], level)[0]!),
    );

suite('Markov walk', () => {
  for (const name of ['linear', 'sub-vp', 've', 'straight'] as readonly ScheduleName[]) {
    test(`${name}: walking and jumping end in one distribution`, () => {
      const levels = grid({ schedule: schedules.entries[name](name === 've' ? { sigmaMax: 3 } : {}), count: 50 });
      const count = 4000;
      const start = floats(
        [1, count],
        drop.sample({ count, key: key(1) }).map((point) => point[0]!),
      );
      const states = [...markovWalk({ grid: levels, x: start, space, key: key(2) })];
      assert.deepEqual(
        states.map(({ index }) => index),
        Array.from({ length: 50 }, (_, i) => i),
      );
      for (const index of [10, 30, 45]) {
        // 1.63/√n is the one-percent point of Kolmogorov's distribution
        const found = distance(states[index]!.x.data, drop, levels.level(index));
        assert.ok(found < 1.63 / Math.sqrt(count), `index ${index}: ${found}`);
      }
    });
  }

  test('a walk that starts on the way goes on from there', () => {
    const levels = grid({ schedule: schedules.entries.linear(), count: 20 });
    const x = floats([2], [1, -1]);
    const [first] = [...markovWalk({ grid: levels, x, space, key: key(3), from: 7, to: 8 })];
    const { scale, sigma } = jump(levels.level(7), levels.level(8));
    const noise = space.gaussian(x, fold(key(3), 'walk', 8));
    assert.deepEqual(first, { index: 8, x: space.lincomb([scale, x], [sigma, noise]) });
  });
});

suite('stochastic differential equation', () => {
  test('reverse motion: forward minus (1 + η²)/2·g²·score, and the flow has no noise', () => {
    const schedule = schedules.entries.vp();
    const [f, g] = [schedule.drift(0.3), schedule.diffusion(0.3)];
    assert.deepEqual(forwardMotion({ schedule, t: 0.3 }), { x: f, score: 0, noise: g });
    assert.deepEqual(reverseMotion({ schedule, t: 0.3 }), { x: f, score: -(g ** 2), noise: g });
    assert.deepEqual(probabilityFlow({ schedule, t: 0.3 }), { x: f, score: -(g ** 2) / 2, noise: 0 });
  });

  for (const name of ['vp', 'sub-vp', 've', 'straight', 'cosine'] as readonly ScheduleName[]) {
    const schedule = schedules.entries[name](name === 've' ? { sigmaMax: 8 } : {});

    test(`${name}: the forward SDE has the marginals of the schedule`, () => {
      const count = 3000;
      const x = floats(
        [1, count],
        drop.sample({ count, key: key(11) }).map((point) => point[0]!),
      );
      let end = x;
      for (const moment of simulateForward({ schedule, x, to: 0.7, steps: 200, space, key: key(12) })) end = moment.x;
      // ve starts with σ_min where the simulation starts with none: 0.01² in the variance
      const found = distance(end.data, drop, schedule.level(0.7));
      assert.ok(found < 1.63 / Math.sqrt(count) + 0.003, `${found}`);
    });

    test(`${name}: reverse SDE and probability flow share the marginals`, () => {
      const [count, from] = [600, 0.9];
      const start = drawn(drop, count, schedule.level(from), 21);
      for (const eta of name === 'vp' ? [0, 0.5, 1] : [0, 1]) {
        const at = { schedule, x: start, from, to: 0.1, steps: 100, space, key: key(22), score: scoreOf(drop), eta };
        const states = [...simulateReverse(at)];
        for (const i of [49, 99]) {
          const { t, x } = states[i]!;
          const found = distance(x.data, drop, schedule.level(t));
          assert.ok(found < 1.63 / Math.sqrt(count) + 0.01, `eta ${eta}, at ${t}: ${found}`);
        }
      }
    });
  }

  test('the flow keeps the order of points and carries each along its quantile: first order in h', () => {
    // one Gaussian: x(t) = x(1)·√(α²s² + σ²)(t)/√(α²s² + σ²)(1)
    const [data, schedule] = [mixture([{ weight: 1, mean: [0], sd: 0.5 }]), schedules.entries.vp()];
    const spread = (t: number): number => {
      const { alpha, sigma } = schedule.level(t);
      return Math.hypot(0.5 * alpha, sigma);
    };
    const line = { ...numbers, gaussian: () => 0 };
    const errors = [100, 200, 400, 800].map((steps) => {
      let x = 1.3;
      const score = (at: number, level: Level): number => data.score([at], level)[0]!;
      for (const moment of simulateReverse({ schedule, x, to: 0.1, steps, space: line, key: key(0), score, eta: 0 })) {
        x = moment.x;
      }
      return Math.abs(x - (1.3 * spread(0.1)) / spread(1));
    });
    for (let i = 1; i < errors.length; i++) near(Math.log2(errors[i - 1]! / errors[i]!), 1, 0.2);
  });
});

suite('ink in water', () => {
  const schedule = schedules.entries.vp({ betaMax: 4 });
  const cells = { from: -6, to: 6, count: 240 };

  test('the Fokker–Planck equation approaches the exact density with second order, and keeps its mass', () => {
    const errors = [120, 240, 480].map((count) => {
      const fine = { ...cells, count };
      const start = Float64Array.from(centres(fine), (x) => drop.density([x]));
      const p = fokkerPlanck({ schedule, cells: fine, density: start, to: 0.6, steps: count / 2 });
      const exact = densityOn({ mixture: drop, level: schedule.level(0.6), axes: [fine] });
      const width = 12 / count;
      near(
        p.reduce((sum, value) => sum + value * width, 0),
        start.reduce((sum, value) => sum + value * width, 0),
        1e-12,
      );
      return p.reduce((sum, value, i) => sum + Math.abs(value - exact[i]!) * width, 0);
    });
    for (const i of [1, 2]) near(Math.log2(errors[i - 1]! / errors[i]!), 2, 0.3);
    assert.ok(errors[2]! < 5e-4, `${errors[2]}`);
  });

  for (const name of ['vp', 'sub-vp', 've'] as readonly ScheduleName[]) {
    test(`${name}: concentration, particles and formula agree`, () => {
      const water = schedules.entries[name](name === 've' ? { sigmaMin: 0.1, sigmaMax: 1.5 } : {});
      const wide = { from: -9, to: 9, count: 360 };
      const start = name === 've' ? drop.diffused({ alpha: 1, sigma: 0 }) : drop;
      const count = 5000;
      const seen = ink({
        drop: start,
        schedule: water,
        t: 0.4,
        cells: wide,
        particles: count,
        key: key(31),
        steps: 200,
      });
      const { alpha, sigma } = water.level(0.4);
      // ve has noise σ_min at t = 0 where the drop has none yet
      const level = name === 've' ? { alpha, sigma: Math.sqrt(sigma ** 2 - 0.1 ** 2) } : { alpha, sigma };
      const exact = densityOn({ mixture: start, level, axes: [wide] });
      const width = 18 / 360;
      const apart = seen.equation.reduce((sum, value, i) => sum + Math.abs(value - exact[i]!) * width, 0);
      assert.ok(apart < 0.01, `equation: ${apart}`);
      if (name !== 've') assert.deepEqual(seen.exact, exact);
      // χ² over cells of 5 that hold at least 20 particles, against its mean k and spread √(2k)
      let [chi, k] = [0, 0];
      for (let i = 0; i + 5 <= 360; i += 5) {
        const [found, wanted] = [seen.particles, exact].map((p) => {
          return p.slice(i, i + 5).reduce((sum, value) => sum + value * width * count, 0);
        }) as [number, number];
        if (wanted < 20) continue;
        chi += (found - wanted) ** 2 / wanted;
        k++;
      }
      assert.ok(k > 10 && chi < k + 4 * Math.sqrt(2 * k), `χ² = ${chi} of ${k} cells`);
    });
  }

  test('counts are densities', () => {
    assert.deepEqual([...histogram([0.1, 0.2, 0.9, 5], { from: 0, to: 1, count: 2 })], [1, 0.5]);
  });

  test('what does not fit is refused', () => {
    assert.throws(() => fokkerPlanck({ schedule, cells, density: [1, 2], steps: 3 }), {
      message: 'fokkerPlanck: need a density of 240 cells and an integer of steps ≥ 1, got 2 values and 3 steps.',
    });
    const x = floats([1]);
    assert.throws(() => [...simulateForward({ schedule, x, steps: 0, space, key: key(0) })], {
      message: 'simulation: steps must be an integer ≥ 1, got 0.',
    });
  });
});

suite('information', () => {
  test('of a Gaussian: I = ½·ln(1 + s²·SNR), falling; h and SNR as they should be', () => {
    const schedule = schedules.entries.cosine();
    const data = mixture([{ weight: 1, mean: [3], sd: 0.5 }]);
    const [curve, snrs] = [entropyCurve({ schedule, data, count: 20 }), snrCurve({ schedule, count: 20 })];
    for (const [i, { t, information, entropy }] of curve.entries()) {
      const { alpha, sigma } = schedule.level(t);
      near(information, Math.log1p(0.25 * snrs[i]!.snr) / 2, 1e-10);
      near(entropy, Math.log(2 * Math.PI * Math.E * ((0.5 * alpha) ** 2 + sigma ** 2)) / 2, 1e-10);
      near(snrs[i]!.logSnr, Math.log(snrs[i]!.snr), 1e-9);
      if (i > 0) assert.ok(information < curve[i - 1]!.information, `rises at ${t}`);
    }
  });

  test('information falls with half the least error per SNR', () => {
    const informationAt = (snr: number): number => {
      const level = { alpha: 1, sigma: 1 / Math.sqrt(snr) };
      const schedule = { ...schedules.entries.ve(), level: () => level };
      return entropyCurve({ schedule, data: drop, count: 1 })[0]!.information;
    };
    for (const snr of [0.3, 2, 9]) {
      const h = 1e-3 * snr;
      const slope = (informationAt(snr + h) - informationAt(snr - h)) / (2 * h);
      near(slope, leastError({ data: drop, level: { alpha: 1, sigma: 1 / Math.sqrt(snr) } }) / 2, 1e-6);
    }
  });

  test('the least error is what the denoiser leaves, by Monte Carlo', () => {
    const level = { alpha: 0.8, sigma: 0.6 };
    const count = 20_000;
    const clean = drop.sample({ count, key: key(41) });
    const noise = space.gaussian(floats([1, count]), key(42)).data;
    const errors = clean.map((point, i) => {
      const x = level.alpha * point[0]! + level.sigma * noise[i]!;
      return (point[0]! - drop.denoise([x], level)[0]!) ** 2;
    });
    const mean = errors.reduce((sum, value) => sum + value, 0) / count;
    const sd = Math.sqrt(errors.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    near(mean, leastError({ data: drop, level }), (4 * sd) / Math.sqrt(count));
  });

  test('is of data on a line', () => {
    const flat = mixture([{ weight: 1, mean: [0, 0], sd: 1 }]);
    assert.throws(() => entropyCurve({ schedule: schedules.entries.vp(), data: flat, count: 2 }), {
      message: 'entropy curves are of data in one dimension, this mixture has 2. Use one coordinate.',
    });
  });
});
