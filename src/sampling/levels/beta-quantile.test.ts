import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { betaIntegral, betaQuantile } from './beta-quantile.js';

const near = (got: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(got - expected) <= tolerance * Math.max(1e-300, Math.abs(expected)), `${got} against ${expected}`);

suite('the beta distribution', () => {
  const places = [1e-9, 1e-3, 0.1, 0.3, 0.5, 0.77, 0.999];

  test('has its closed forms', () => {
    for (const x of places) {
      near(betaIntegral(x, { a: 1, b: 1 }), x);
      near(betaIntegral(x, { a: 3, b: 1 }), x ** 3);
      near(betaIntegral(x, { a: 1, b: 0.25 }), -Math.expm1(0.25 * Math.log1p(-x)));
      near(betaIntegral(x, { a: 0.5, b: 0.5 }), (2 / Math.PI) * Math.asin(Math.sqrt(x)));
      near(betaIntegral(x, { a: 2, b: 3 }), 6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4, 1e-11);
    }
  });

  test('is symmetric', () => {
    for (const x of places.slice(2, -1)) {
      near(1 - betaIntegral(x, { a: 0.6, b: 2.5 }), betaIntegral(1 - x, { a: 2.5, b: 0.6 }), 1e-12);
    }
  });

  test('is the integral of its density', () => {
    const [a, b] = [1.6, 2.4];
    const density = (t: number): number => t ** (a - 1) * (1 - t) ** (b - 1);
    const integral = (to: number): number => {
      const n = 20_000;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += density(((i + 0.5) / n) * to);
      return (sum * to) / n;
    };
    near(betaIntegral(0.4, { a, b }), integral(0.4) / integral(1), 1e-6);
  });

  test('gives quantiles back', () => {
    for (const shape of [
      { a: 0.6, b: 0.6 },
      { a: 0.5, b: 3 },
      { a: 20, b: 0.3 },
      { a: 8, b: 5 },
      { a: 1, b: 1 },
    ]) {
      for (const p of [1e-12, 1e-6, 0.01, 0.25, 0.5, 0.9, 0.999]) {
        near(betaIntegral(betaQuantile(p, shape), shape), p, 1e-8); // next to 1 a double is that coarse
      }
      assert.deepEqual([betaQuantile(0, shape), betaQuantile(1, shape)], [0, 1]);
    }
    for (const p of places) near(betaQuantile(p, { a: 0.5, b: 0.5 }), Math.sin((Math.PI * p) / 2) ** 2, 1e-9);
  });

  test('refuses what is none', () => {
    assert.throws(() => betaQuantile(1.5, { a: 1, b: 1 }), { code: 'bad-option' });
    assert.throws(() => betaQuantile(0.5, { a: 0, b: 1 }), { code: 'bad-option' });
  });
});
