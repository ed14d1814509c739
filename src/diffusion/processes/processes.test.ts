import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../core/host-array.js';
import { fold, gaussians, key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { grid } from '../grid.js';
import type { Level } from '../level.js';
import { schedules } from '../schedules/index.js';
import { diffuse, mixRows } from './forward.js';
import { jump } from './jump.js';
import { posterior, posteriorFloat32 } from './posterior.js';
import { convert, epsilon, errorScale, predictions, v, x0 } from './predictions.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} against ${b}`);

const statistics = (values: readonly number[]): { readonly mean: number; readonly sd: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
};

const levels: Readonly<Record<string, readonly [Level, Level]>> = {
  'variance-preserving': [
    { alpha: 0.8, sigma: 0.6 },
    { alpha: 0.28, sigma: 0.96 },
  ],
  'variance-exploding': [
    { alpha: 1, sigma: 0.5 },
    { alpha: 1, sigma: 3 },
  ],
  interpolating: [
    { alpha: 0.75, sigma: 0.25 },
    { alpha: 0.2, sigma: 0.8 },
  ],
};

for (const [kind, [less, more]] of Object.entries(levels)) {
  suite(`${kind} levels`, () => {
    test('a jump from s to t has the marginal of t', () => {
      const { scale, sigma } = jump(less, more);
      near(scale * less.alpha, more.alpha);
      near((scale * less.sigma) ** 2 + sigma ** 2, more.sigma ** 2);
    });

    test('the posterior is what Monte Carlo finds among walks through x_t', () => {
      const [clean, target, count] = [0.7, 0.4, 400_000];
      const [a, b] = [gaussians(fold(key(1), kind, 'a'), count), gaussians(fold(key(1), kind, 'b'), count)];
      const { scale, sigma } = jump(less, more);
      const width = 0.05;
      const kept: number[] = [];
      for (let i = 0; i < count; i++) {
        const xs = less.alpha * clean + less.sigma * a[i]!;
        if (Math.abs(scale * xs + sigma * b[i]! - target) < width) kept.push(xs);
      }
      const found = statistics(kept);
      const theory = posterior(more, less);
      const error = 4 / Math.sqrt(kept.length);
      near(found.mean, theory.x * target + theory.clean * clean, theory.sigma * error + 0.002);
      near(found.sd, theory.sigma, theory.sigma * error + 0.002);
    });

    test('posterior after marginal is the marginal: q(x_s) = ∫ q(x_s | x_t, x₀) q(x_t | x₀)', () => {
      const { x, clean, sigma, sigmaLarge } = posterior(more, less);
      near(x * more.alpha + clean, less.alpha);
      near((x * more.sigma) ** 2 + sigma ** 2, less.sigma ** 2);
      assert.equal(sigmaLarge, jump(less, more).sigma);
    });

    test('the posterior in float32 is the posterior to six digits', () => {
      const [exact, single] = [posterior(more, less), posteriorFloat32(more, less)];
      for (const k of ['x', 'clean', 'sigma'] as const) near(single[k] / exact[k], 1, 1e-6);
    });
  });
}

suite('Markov walk', () => {
  for (const name of schedules.names) {
    test(`all single steps of ${name} make one jump`, () => {
      const levels = grid({ schedule: schedules.entries[name](), count: 100 });
      const { level, count, kind } = levels;
      let [scale, variance] = [1, 0];
      for (let i = 1; i < count; i++) {
        const step = jump(level(i - 1), level(i));
        if (kind === 'variance-preserving') near(step.sigma ** 2, levels.betas[i]!, 1e-12);
        [scale, variance] = [scale * step.scale, step.scale ** 2 * variance + step.sigma ** 2];
      }
      const whole = jump(level(0), level(count - 1));
      near(scale, whole.scale);
      near(variance, whole.sigma ** 2, 1e-12 * Math.max(1, variance));
    });
  }

  test('a thousand simulated steps have the moments of one jump', () => {
    const { level, count } = grid({ schedule: schedules.entries.linear(), count: 1000 });
    const walkers = 2000;
    const space = batchSpace();
    let x = floats([walkers], new Float32Array(walkers).fill(2));
    for (let i = 0; i < count - 500; i++) {
      const step = i === 0 ? jump({ alpha: 1, sigma: 0 }, level(0)) : jump(level(i - 1), level(i));
      const noise = floats([walkers], gaussians(fold(key(2), i), walkers));
      x = space.lincomb([step.scale, x], [step.sigma, noise]);
    }
    const { mean, sd } = statistics([...x.data]);
    const { alpha, sigma } = level(499);
    near(mean, 2 * alpha, (4 * sigma) / Math.sqrt(walkers));
    near(sd, sigma, (4 * sigma) / Math.sqrt(2 * walkers));
  });
});

suite('forward process', () => {
  test('diffuse and mixRows agree', () => {
    const [clean, noise] = [floats([2, 2], [1, 2, 3, 4]), floats([2, 2], [-1, 0.5, 0.25, 2])];
    const level = { alpha: 0.6, sigma: 0.8 };
    const mix = { clean: 0.6, noise: 0.8 };
    const one = diffuse({ clean, noise, level, space: batchSpace() });
    assert.deepEqual(mixRows({ clean, noise, mixes: [mix, mix] }).data, one.data);
    const apart = mixRows({
      clean,
      noise,
      mixes: [
        { clean: 1, noise: 0 },
        { clean: 0, noise: 1 },
      ],
    });
    assert.deepEqual(apart.data, Float32Array.of(1, 2, 0.25, 2));
  });

  test('shapes that do not fit are named', () => {
    assert.throws(() => mixRows({ clean: floats([2, 2]), noise: floats([2, 3]), mixes: [] }), {
      code: 'shape-mismatch',
      message:
        'mixRows: noise of shape [2, 3] and 0 levels do not fit data of shape [2, 2]. ' +
        'Give noise of the same shape and one level per row.',
    });
  });
});

suite('predictions', () => {
  const [clean, noise] = [0.7, -1.3];
  const scenes = Object.values(levels).flat();

  for (const from of Object.values(predictions.entries)) {
    for (const to of Object.values(predictions.entries)) {
      test(`${from.name} → ${to.name} is exact, and back again`, () => {
        for (const level of scenes) {
          const x = level.alpha * clean + level.sigma * noise;
          const of = (mix: { clean: number; noise: number }): number => mix.clean * clean + mix.noise * noise;
          const there = convert({ from, to, level });
          const converted = there.x * x + there.raw * of(from.mix(level));
          near(converted, of(to.mix(level)));
          const back = convert({ from: to, to: from, level });
          near(back.x * x + back.raw * converted, of(from.mix(level)), 1e-11);
        }
      });
    }
  }

  test('at pure noise v and x₀ speak of the data, ε does not', () => {
    const level = { alpha: 0, sigma: 1 };
    assert.deepEqual(convert({ from: v, to: x0, level }), { x: 0, raw: -1 });
    assert.deepEqual(convert({ from: x0, to: epsilon, level }), { x: 1, raw: 0 });
    assert.throws(() => convert({ from: epsilon, to: x0, level }), {
      code: 'undefined-prediction',
      message:
        'epsilon does not determine x0 at alpha = 0, sigma = 1. ' +
        'Use a prediction that does (v does at every level), or levels that stop short of this one.',
    });
  });

  test('errorScale is the ratio of squared errors when the estimate moves', () => {
    for (const level of scenes) {
      const e = 1e-3; // clean moves by σ·e, noise by −α·e: x stays
      for (const prediction of Object.values(predictions.entries)) {
        const { clean: a, noise: b } = prediction.mix(level);
        const ofV = v.mix(level);
        const moved = (a * level.sigma - b * level.alpha) * e;
        const movedV = (ofV.clean * level.sigma - ofV.noise * level.alpha) * e;
        near(errorScale(prediction, level), (moved / movedV) ** 2, 1e-9);
      }
    }
  });
});
