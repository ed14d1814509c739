import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { grid } from '../grid.js';
import { logSnr } from '../level.js';
import { cosine, linear, schedules } from './index.js';

const ts = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
const near = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance;

for (const name of schedules.names) {
  const create = schedules.entries[name];
  const schedule = create();

  suite(name, () => {
    test('is registered under its own name', () => assert.equal(create.definition.name, name));

    test('starts at the data', () => {
      assert.ok(near(schedule.alpha(0), 1, 1e-12) && schedule.sigma(0) < 1e-6);
    });

    test('log-SNR is finite inside (0, 1) and falls strictly', () => {
      const curve = ts.map((t) => logSnr(schedule.level(t)));
      assert.ok(curve.every((value, i) => Number.isFinite(value) && (i === 0 || value < curve[i - 1]!)));
    });

    test(create.definition.kind, () => {
      for (const { alpha, sigma } of ts.map(schedule.level)) {
        if (create.definition.kind === 'variance-preserving') assert.ok(near(alpha ** 2 + sigma ** 2, 1, 1e-12));
        if (create.definition.kind === 'variance-exploding') assert.equal(alpha, 1);
        if (create.definition.kind === 'interpolating') assert.ok(near(alpha + sigma, 1, 1e-12));
      }
    });

    test('its betas are in (0, 1) and make the curve: ᾱ_i ≈ α²((i + 1)/N)', () => {
      const { betas, alphasCumprod } = grid({ schedule });
      assert.ok(betas.every((beta) => beta > 0 && beta < 1));
      for (const i of [99, 499, 899]) {
        const relative = Math.log(alphasCumprod[i]!) / Math.log(schedule.alpha((i + 1) / 1000) ** 2);
        assert.ok(near(relative, 1, 0.01), `index ${i}: ratio ${relative} of exponents`);
      }
    });
  });
}

test('the cosine schedule reaches the bound on β where the formula would leave no signal', () => {
  assert.equal(cosine().betas(1000)[999], 0.999);
});

test('every file in this folder is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => file !== 'index' && !file.endsWith('.test') && !file.includes('.'));
  assert.deepEqual(files.sort(), [...schedules.names].sort());
});

test('a wrong name or option says what was meant', () => {
  assert.throws(() => schedules.get('cosin'), {
    message: `Unknown schedule "cosin". Did you mean "cosine"? Known: ${schedules.names.join(', ')}.`,
  });
  assert.throws(() => linear({ betaEnd: 2 }), { message: 'linear: betaEnd must be a number in [0, 1], got 2.' });
});
