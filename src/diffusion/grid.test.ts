import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { grid, gridFromBetas, withZeroTerminalSnr } from './grid.js';
import { gridFromConfig } from './grid-config.js';
import { schedules } from './schedules/index.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} against ${b}`);

suite('training grid', () => {
  test('ᾱ is the running product of 1 − β, and levels are its roots', () => {
    const { level, alphasCumprod, count } = gridFromBetas([0.1, 0.2, 0.5]);
    assert.equal(count, 3);
    near(alphasCumprod[2]!, 0.9 * 0.8 * 0.5);
    near(level(1).alpha ** 2, 0.72);
    near(level(1).sigma ** 2, 0.28);
  });

  for (const name of schedules.names) {
    test(`indexOf finds every level of ${name} again, in any scale of x`, () => {
      for (const zeroTerminalSnr of [false, true]) {
        const { level, indexOf, count } = grid({ schedule: schedules.entries[name](), zeroTerminalSnr });
        for (let i = 0; i < count; i += 37) {
          assert.equal(indexOf(level(i)), i);
          assert.equal(indexOf({ alpha: level(i).alpha * 3, sigma: level(i).sigma * 3 }), i);
        }
        assert.equal(indexOf(level(count - 1)), count - 1);
        const [a, b] = [level(500), level(501)];
        const between = indexOf({ alpha: Math.sqrt(a.alpha * b.alpha), sigma: Math.sqrt(a.sigma * b.sigma) });
        near(between, 500.5, 1e-9);
        const late = indexOf({ alpha: level(count - 2).alpha / 2, sigma: 1 });
        assert.ok(late > count - 2 && late <= count - 1);
        assert.equal(indexOf({ alpha: 1, sigma: 0 }), 0);
        assert.equal(indexOf({ alpha: 0, sigma: 1 }), count - 1);
      }
    });

    test(`${name} rescaled ends in pure noise and begins where it began`, () => {
      const schedule = schedules.entries[name]();
      const [plain, rescaled] = [grid({ schedule }), grid({ schedule, zeroTerminalSnr: true })];
      assert.deepEqual(rescaled.level(999), { alpha: 0, sigma: 1 });
      near(rescaled.alphasCumprod[0]!, plain.alphasCumprod[0]!);
      assert.ok(rescaled.alphasCumprod.every((value, i, all) => i === 0 || value < all[i - 1]!));
    });
  }

  test('a config in JSON builds the same grid', () => {
    const config = { schedule: 'linear', options: { betaEnd: 0.01 }, count: 50, zeroTerminalSnr: false } as const;
    const direct = grid({ schedule: schedules.entries.linear({ betaEnd: 0.01 }), count: 50 });
    assert.deepEqual(gridFromConfig(config).alphasCumprod, direct.alphasCumprod);
    const betas = [...direct.betas];
    assert.deepEqual(gridFromConfig({ betas, zeroTerminalSnr: false }).alphasCumprod, direct.alphasCumprod);
    assert.deepEqual(gridFromConfig({ betas, zeroTerminalSnr: true }).betas, withZeroTerminalSnr(betas));
  });

  test('what cannot be a grid is refused', () => {
    const schedule = schedules.entries.linear();
    assert.throws(() => grid({ schedule, count: 0 }), { message: 'grid: count must be an integer ≥ 1, got 0.' });
    assert.throws(() => grid({ schedule, count: 10 }).level(10), {
      message: 'grid: index must be an integer in [0, 9], got 10.',
    });
    assert.throws(() => gridFromBetas([0.1, 1.5]), {
      message: 'gridFromBetas: betas must be in [0, 1], got 1.5 at index 1.',
    });
    assert.throws(() => gridFromBetas([]), { message: 'gridFromBetas: expected at least one beta, got none.' });
  });
});
