import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { between, cleanLevel, halfLogSnr, type Level, logSnr, magnitude } from './level.js';

const near = (a: number, b: number, tolerance = 1e-14): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

const noise: Level = { alpha: 0, sigma: 1 };

suite('between', () => {
  const pairs: Readonly<Record<string, readonly [Level, Level, (level: Level) => number]>> = {
    'alpha of variance-exploding levels': [{ alpha: 1, sigma: 80 }, { alpha: 1, sigma: 0.1 }, ({ alpha }) => alpha],
    'alpha down to the data': [{ alpha: 1, sigma: 3 }, cleanLevel, ({ alpha }) => alpha],
    'the sum of straight levels': [
      { alpha: 0.1, sigma: 0.9 },
      { alpha: 0.6, sigma: 0.4 },
      ({ alpha, sigma }) => alpha + sigma,
    ],
    'the sum of straight levels mirrored at one half': [
      { alpha: 0.25, sigma: 0.75 },
      { alpha: 0.75, sigma: 0.25 },
      ({ alpha, sigma }) => alpha + sigma,
    ],
    'the sum from pure noise': [noise, { alpha: 0.6, sigma: 0.4 }, ({ alpha, sigma }) => alpha + sigma],
    'the sum down to the data': [{ alpha: 0.6, sigma: 0.4 }, cleanLevel, ({ alpha, sigma }) => alpha + sigma],
    'the magnitude of variance-preserving levels': [
      { alpha: 0.28, sigma: 0.96 },
      { alpha: 0.8, sigma: 0.6 },
      magnitude,
    ],
    'the magnitude where sums are equal by chance': [{ alpha: 0.6, sigma: 0.8 }, { alpha: 0.8, sigma: 0.6 }, magnitude],
    'the magnitude from pure noise': [noise, { alpha: 0.28, sigma: 0.96 }, magnitude],
    'the magnitude down to the data': [{ alpha: 0.28, sigma: 0.96 }, cleanLevel, magnitude],
  };

  for (const [what, [from, to, kept]] of Object.entries(pairs)) {
    test(`keeps ${what}`, () => {
      for (const lambda of [-2, -0.5, 0, 0.3, 1.7]) {
        const level = between({ from, to, lambda });
        near(halfLogSnr(level), lambda, 1e-13);
        near(kept(level), kept(from));
      }
    });

    test(`ends of ${what} are the levels themselves`, () => {
      for (const end of [from, to]) {
        const level = between({ from, to, lambda: halfLogSnr(end) });
        near(level.alpha, end.alpha);
        near(level.sigma, end.sigma);
      }
    });
  }

  test('works in both directions', () => {
    const [a, b] = [
      { alpha: 0.28, sigma: 0.96 },
      { alpha: 0.8, sigma: 0.6 },
    ];
    assert.deepEqual(between({ from: a, to: b, lambda: 0 }), between({ from: b, to: a, lambda: 0 }));
  });

  test('where nothing is common the magnitude goes geometrically from one end to the other', () => {
    const [from, to] = [
      { alpha: 0.5, sigma: 4 },
      { alpha: 1, sigma: 0.5 },
    ];
    const lambda = (halfLogSnr(from) + halfLogSnr(to)) / 2;
    near(magnitude(between({ from, to, lambda })), Math.sqrt(magnitude(from) * magnitude(to)));
    for (const end of [from, to]) near(between({ from, to, lambda: halfLogSnr(end) }).sigma, end.sigma, 1e-13);
  });

  test('half log-SNR is half the log-SNR', () => {
    for (const level of [noise, cleanLevel, { alpha: 0.8, sigma: 0.6 }])
      assert.equal(2 * halfLogSnr(level), logSnr(level));
  });

  test('what is no level is refused', () => {
    assert.throws(() => between({ from: noise, to: cleanLevel, lambda: Number.NaN }), {
      message: 'between: lambda must be a number, got NaN. Pass ln(alpha/sigma) of the level you want.',
    });
    assert.throws(() => between({ from: { alpha: 1, sigma: 9 }, to: cleanLevel, lambda: -Infinity }), {
      code: 'bad-level',
      message: /^between: lambda must be above −∞ where alpha stays 1, got -Infinity\./,
    });
  });
});
