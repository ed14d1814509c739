import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../core/host-array.js';
import { fold, gaussians, key } from '../../core/random.js';
import { grid } from '../grid.js';
import type { Level } from '../level.js';
import { linear } from '../schedules/index.js';
import { finiteData } from './finite-data.js';
import { densityOn } from './ink.js';
import { mixture } from './mixture.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

const line = mixture([
  { weight: 1, mean: [-2], sd: 0.3 },
  { weight: 3, mean: [1], sd: 0.8 },
]);
const plane = mixture([
  { weight: 2, mean: [-1, 0.5], sd: [0.2, 0.7] },
  { weight: 1, mean: [1.5, -1], sd: 0.4 },
  { weight: 1, mean: [0, 2], sd: [0.5, 0.1] },
]);
const levels: readonly Level[] = [
  { alpha: 1, sigma: 0.4 },
  { alpha: 0.8, sigma: 0.6 },
  { alpha: 0.25, sigma: 0.75 },
  { alpha: 0, sigma: 1 },
];

suite('mixture of Gaussians', () => {
  test('densities integrate to one, in one dimension and in two', () => {
    const axis = { from: -8, to: 8, count: 320 };
    for (const level of levels) {
      const [one, two] = [[axis], [axis, axis]].map((axes) => {
        const values = densityOn({ mixture: axes.length === 1 ? line : plane, level, axes });
        return values.reduce((sum, value) => sum + value, 0) * (16 / 320) ** axes.length;
      }) as [number, number];
      near(one, 1, 1e-10);
      near(two, 1, 1e-10);
    }
  });

  test('the picture of a density is in row-major order', () => {
    const axes = [
      { from: -2, to: 2, count: 4 },
      { from: -1, to: 1, count: 2 },
    ];
    const picture = densityOn({ mixture: plane, level: levels[0]!, axes });
    assert.equal(picture[3], plane.density([-0.5, 0.5], levels[0]!));
    assert.equal(picture.length, 8);
  });

  test('the score is the gradient of log p', () => {
    const h = 1e-5;
    for (const level of levels) {
      for (const x of [
        [0.3, -0.2],
        [-1.2, 1.4],
        [4, 4],
      ]) {
        const score = plane.score(x, level);
        for (const d of [0, 1]) {
          const moved = (by: number): number[] => x.map((value, i) => (i === d ? value + by : value));
          near(score[d]!, (plane.logDensity(moved(h), level) - plane.logDensity(moved(-h), level)) / (2 * h), 1e-7);
        }
      }
    }
  });

  test('the denoiser is the mean of the posterior, by quadrature over x₀', () => {
    for (const level of levels) {
      for (const x of [-2, 0.1, 1.7]) {
        let [mass, mean] = [0, 0];
        for (let i = 0; i < 4000; i++) {
          const clean = -8 + (i + 0.5) * 0.004;
          const p = line.density([clean]) * Math.exp(-((x - level.alpha * clean) ** 2) / (2 * level.sigma ** 2));
          mass += p;
          mean += p * clean;
        }
        near(line.denoise([x], level)[0]!, mean / mass, 1e-8);
      }
    }
  });

  test('Tweedie: α·D = x + σ²·score', () => {
    for (const level of levels) {
      const x = [0.7, -0.4];
      const [denoised, score] = [plane.denoise(x, level), plane.score(x, level)];
      for (const d of [0, 1]) near(level.alpha * denoised[d]!, x[d]! + level.sigma ** 2 * score[d]!, 1e-12);
    }
  });

  test('noised data is a mixture: diffusing twice is diffusing once', () => {
    const [first, second] = [levels[1]!, { alpha: 0.5, sigma: 0.9 }];
    const whole = { alpha: first.alpha * 0.5, sigma: Math.hypot(0.5 * first.sigma, 0.9) };
    for (const x of [
      [0, 0],
      [1, -2],
    ]) {
      near(plane.diffused(first).density(x, second), plane.density(x, whole), 1e-13);
      near(plane.diffused(whole).density(x), plane.density(x, whole), 1e-13);
    }
  });

  test('draws have its mean and spread', () => {
    const count = 20_000;
    const points = plane.sample({ count, key: key(3) });
    for (const d of [0, 1]) {
      const mean = points.reduce((sum, point) => sum + point[d]!, 0) / count;
      const exact = plane.bells.reduce((sum, bell) => sum + bell.weight * bell.mean[d]!, 0);
      const second = plane.bells.reduce((sum, bell) => {
        return sum + bell.weight * (bell.mean[d]! ** 2 + (bell.sd as readonly number[])[d]! ** 2);
      }, 0);
      const spread = Math.sqrt(second - exact ** 2);
      near(mean, exact, (4 * spread) / Math.sqrt(count));
      const found = points.reduce((sum, point) => sum + (point[d]! - mean) ** 2, 0) / count;
      near(Math.sqrt(found), spread, 0.03 * spread);
    }
  });

  test('far away nothing under- or overflows', () => {
    const x = [900, -900];
    assert.ok(Number.isFinite(plane.logDensity(x, levels[0]!)), 'log density');
    assert.ok(plane.denoise(x, levels[0]!).every(Number.isFinite), 'denoiser');
    near(
      plane.responsibilities(x, levels[0]!).reduce((sum, r) => sum + r, 0),
      1,
    );
  });

  test('what is no mixture, and no point of it, is refused', () => {
    assert.throws(() => mixture([]), { message: 'mixture: expected at least one bell, got none.' });
    assert.throws(() => mixture([{ weight: 1, mean: [0, 1], sd: [1] }]), {
      code: 'bad-option',
      message: /^mixture: bell 0/,
    });
    assert.throws(() => mixture([{ weight: 0, mean: [0], sd: 1 }]), { code: 'bad-option' });
    assert.throws(() => plane.density([1]), { message: 'mixture: expected a point of 2 coordinates, got 1.' });
    assert.throws(() => mixture([{ weight: 1, mean: [0], sd: 0 }]).density([0]), { code: 'bad-level' });
  });
});

suite('exact denoiser of a finite data set', () => {
  const [count, size] = [50, 6];
  const data = floats([count, 2, 3], gaussians(key(8), count * size));
  const { denoise, score, weights, logDensity } = finiteData(data);
  const points = mixture(
    Array.from({ length: count }, (_, n) => ({
      weight: 1,
      mean: [...data.data.slice(n * size, (n + 1) * size)],
      sd: 0,
    })),
  );
  const rows = floats([3, 2, 3], gaussians(key(9), 3 * size));

  test('is that of a mixture of points', () => {
    for (const level of levels) {
      const [denoised, gradient] = [denoise(rows, level), score(rows, level)];
      for (let row = 0; row < 3; row++) {
        const x = rows.data.slice(row * size, (row + 1) * size);
        points.denoise(x, level).forEach((value, i) => near(denoised.data[row * size + i]!, value, 1e-6));
        points.score(x, level).forEach((value, i) => near(gradient.data[row * size + i]!, value, 1e-5));
        near(logDensity(x, level), points.logDensity(x, level), 1e-10);
        near(
          weights(x, level).reduce((sum, w) => sum + w, 0),
          1,
        );
      }
    }
  });

  test('next to the data it is the nearest item, in pure noise the mean of all', () => {
    const x = floats(
      [1, 2, 3],
      data.data.slice(7 * size, 8 * size).map((value) => value + 0.01),
    );
    assert.deepEqual(denoise(x, { alpha: 1, sigma: 1e-6 }).data, data.data.slice(7 * size, 8 * size));
    const mean = denoise(rows, { alpha: 0, sigma: 1 });
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let n = 0; n < count; n++) sum += data.data[n * size + i]!;
      near(mean.data[i]!, sum / count, 1e-6);
    }
  });

  test('exponents of millions do no harm', () => {
    const far = floats([1, 2, 3], new Float32Array(size).fill(5000));
    assert.ok(denoise(far, { alpha: 1, sigma: 1e-3 }).data.every(Number.isFinite), 'finite');
  });

  test('no draw of the data is denoised better by anything else', () => {
    const level = grid({ schedule: linear() }).level(300);
    const noise = gaussians(fold(key(4), 'noise'), count * size);
    const x = floats(
      data.shape,
      data.data.map((value, i) => level.alpha * value + level.sigma * noise[i]!),
    );
    const errorOf = (guess: (value: number, i: number) => number): number =>
      data.data.reduce((sum, value, i) => sum + (value - guess(value, i)) ** 2, 0);
    const exact = denoise(x, level).data;
    const best = errorOf((_, i) => exact[i]!);
    for (const scale of [0.8, 1.25]) {
      const other = errorOf((_, i) => exact[i]! * scale);
      assert.ok(best < other, `${best} against ${other}`);
    }
  });

  test('what does not fit is refused', () => {
    assert.throws(() => denoise(floats([1, 6]), levels[0]!), {
      message: 'finiteData: rows of shape [6] are not like the data, [2, 3].',
    });
    assert.throws(() => denoise(rows, { alpha: 1, sigma: 0 }), { code: 'bad-level' });
    assert.throws(() => finiteData(floats([0, 2])), { code: 'bad-option' });
  });
});
