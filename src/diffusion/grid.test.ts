import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { grid, gridFromBetas, withZeroTerminalSnr } from './grid.js';
import { gridFromConfig } from './grid-config.js';
import { between, halfLogSnr, logSnr } from './level.js';
import { type ScheduleName, schedules } from './schedules/index.js';
import { shifted } from './shift.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(a === b || Math.abs(a - b) <= tolerance, `${a} against ${b}`);

const isChain = (name: ScheduleName): boolean => schedules.entries[name].definition.kind === 'variance-preserving';

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
      for (const zeroTerminalSnr of isChain(name) ? [false, true] : [false]) {
        const { level, indexOf, count } = grid({ schedule: schedules.entries[name](), zeroTerminalSnr });
        for (let i = 0; i < count; i += 37) {
          assert.equal(indexOf(level(i)), i);
          assert.equal(indexOf({ alpha: level(i).alpha * 3, sigma: level(i).sigma * 3 }), i);
        }
        assert.equal(indexOf(level(count - 1)), count - 1);
        const [a, b] = [level(500), level(501)];
        const middle = indexOf({ alpha: Math.sqrt(a.alpha * b.alpha), sigma: Math.sqrt(a.sigma * b.sigma) });
        near(middle, 500.5, isChain(name) ? 1e-9 : 1e-4); // the mean of log-SNRs is the mean of times to O(h)
        const late = indexOf(
          between({ from: level(count - 2), to: level(count - 1), lambda: halfLogSnr(level(count - 2)) - 1e-4 }),
        );
        assert.ok(late > count - 2 && late <= count - 1);
        assert.equal(indexOf({ alpha: 1, sigma: 0 }), 0);
        assert.equal(indexOf({ alpha: 0, sigma: 1 }), count - 1);
      }
    });

    test(`${name} rescaled ends in pure noise and begins where it began`, () => {
      const schedule = schedules.entries[name]();
      if (!isChain(name)) {
        if (schedule.alpha(1) === 0) assert.equal(grid({ schedule, zeroTerminalSnr: true }).level(999).alpha, 0);
        else
          assert.throws(() => grid({ schedule, zeroTerminalSnr: true }), {
            code: 'bad-option',
            message: /only variance-preserving/,
          });
        return;
      }
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

  for (const name of schedules.names) {
    test(`${name} shifted: every log-SNR is lower by 2 ln s, on the grid as on the curve`, () => {
      const schedule = schedules.entries[name]();
      const [plain, moved] = [grid({ schedule, count: 50 }), grid({ schedule, count: 50, shift: 3 })];
      const same = grid({ schedule: shifted({ schedule, shift: 3 }), count: 50 });
      for (let i = 0; i < 50; i++) {
        near(moved.logSnr(i), plain.logSnr(i) - 2 * Math.log(3), 1e-9);
        assert.deepEqual(moved.level(i), same.level(i));
      }
    });
  }

  test('a shift in a config comes before the rescaling of the end, with and without a list of betas', () => {
    const rest = { count: 30, options: {}, zeroTerminalSnr: true, shift: 2 };
    const named = gridFromConfig({ schedule: 'linear', ...rest });
    const listed = gridFromConfig({ betas: schedules.entries.linear().betas(30), zeroTerminalSnr: true, shift: 2 });
    assert.deepEqual(named.alphasCumprod, listed.alphasCumprod);
    assert.equal(named.level(29).alpha, 0);
    const plain = gridFromConfig({ schedule: 'linear', ...rest, shift: 1 });
    near(logSnr(named.level(0)), logSnr(plain.level(0)) - 2 * Math.log(2), 1e-9);
    assert.throws(() => gridFromConfig({ schedule: 'linear', ...rest, shift: 0 }), {
      message: 'shifted: shift must be a number > 0, got 0. 1 changes nothing.',
    });
  });

  test('the rates of a step make its jump', () => {
    for (const name of schedules.names) {
      const { level, rates } = grid({ schedule: schedules.entries[name](), count: 40 });
      const h = level(0).alpha === 1 ? 1 / 39 : 1 / 40;
      for (const i of [1, 20, 38]) {
        const { drift, diffusion } = rates(i);
        const kept = Math.exp(2 * drift * h);
        const [from, to] = [level(i - 1), level(i)];
        near(from.alpha * Math.sqrt(kept), to.alpha, 1e-12);
        const added = drift === 0 ? diffusion ** 2 * h : (diffusion ** 2 * (kept - 1)) / (2 * drift);
        near((kept * from.sigma ** 2 + added) / to.sigma ** 2, 1, 1e-10);
      }
    }
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
