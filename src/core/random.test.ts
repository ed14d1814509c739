import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bits, fold, gaussians, integers, key, permutation, philox, uniforms } from './random.js';

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
const moment = (values: ArrayLike<number>, power: number): number => mean(Array.from(values, (v) => v ** power));

/** Φ, by Abramowitz & Stegun 7.1.26 (absolute error below 1.5e-7). */
function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp((-x * x) / 2);
  return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

/** Largest distance between the empirical and the given distribution function. */
function kolmogorovSmirnov(values: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.reduce((worst, x, i) => {
    const p = cdf(x);
    return Math.max(worst, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  }, 0);
}

const critical = (count: number): number => 1.95 / Math.sqrt(count); // one run in a thousand exceeds it

suite('philox', () => {
  const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

  test('gives the vectors published with Random123', () => {
    assert.equal(hex(philox([0, 0, 0, 0], [0, 0])), '6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const ones = 0xffffffff;
    assert.equal(hex(philox([ones, ones, ones, ones], [ones, ones])), '408f276d 41c83b0e a20bc7c6 6d5451fd');
    assert.equal(
      hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])),
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });
});

suite('keys', () => {
  test('one label list, one key; any other, another', () => {
    const lists = [
      [],
      ['a'],
      ['b'],
      ['a', 'b'],
      ['ab'],
      ['a', ''],
      ['', 'a'],
      [1],
      ['1'],
      [1, 0],
      [0, 1],
      [-1],
      [0.5],
      ['a'.repeat(12)],
      ['a'.repeat(13)],
    ];
    const keys = lists.map((labels) => fold(key(7), ...labels));
    assert.equal(new Set(keys.map(({ lo, hi }) => `${lo} ${hi}`)).size, lists.length);
    assert.deepEqual(fold(key(7), 'a', 1), fold(fold(key(7), 'a'), 1));
  });

  test('seeds beyond 32 bits are told apart', () => {
    assert.notDeepEqual(key(2 ** 32), key(0));
    assert.deepEqual(key(2 ** 32 + 5), { lo: 5, hi: 1 });
  });

  test('streams of neighbouring labels are uncorrelated', () => {
    const count = 20_000;
    const [a, b] = [gaussians(fold(key(0), 'step', 1), count), gaussians(fold(key(0), 'step', 2), count)];
    const correlation = mean(a.map((value, i) => value * b[i]!));
    assert.ok(Math.abs(correlation) < 4 / Math.sqrt(count), `correlation ${correlation}`);
  });

  test('a bit of the key changes half of the bits drawn', () => {
    const [a, b] = [bits(key(0), 1000), bits(key(1), 1000)];
    const flipped = mean(a.map((word, i) => (word ^ b[i]!).toString(2).replaceAll(/[^1]/g, '').length));
    assert.ok(Math.abs(flipped - 16) < 4, `${flipped} of 32`);
  });
});

suite('draws', () => {
  const count = 50_000;

  test('a longer draw begins with the shorter one', () => {
    assert.deepEqual(gaussians(key(3), 11).subarray(0, 10), gaussians(key(3), 10));
    assert.deepEqual(bits(key(3), 9).subarray(0, 5), bits(key(3), 5));
  });

  test('uniforms are uniform in [0, 1)', () => {
    const values = uniforms(key(1), count);
    assert.ok(values.every((u) => u >= 0 && u < 1));
    assert.ok(kolmogorovSmirnov(values, (x) => x) < critical(count));
  });

  test('gaussians are Gaussian', () => {
    const values = gaussians(key(2), count);
    const error = 5 / Math.sqrt(count);
    assert.ok(Math.abs(mean(values)) < error);
    assert.ok(Math.abs(moment(values, 2) - 1) < error * Math.sqrt(2));
    assert.ok(Math.abs(moment(values, 3)) < error * Math.sqrt(15));
    assert.ok(Math.abs(moment(values, 4) - 3) < error * Math.sqrt(96));
    assert.ok(kolmogorovSmirnov(values, normalCdf) < critical(count));
  });

  test('gaussians are the formula of Box and Muller, rounded to float32', () => {
    const [words, values] = [bits(key(2), count), gaussians(key(2), count)];
    for (let i = 0; i < count; i += 2) {
      const r = Math.sqrt(-2 * Math.log((words[i]! + 1) * 2 ** -32));
      const angle = 2 * Math.PI * words[i + 1]! * 2 ** -32;
      const expected = [Math.fround(r * Math.cos(angle)), Math.fround(r * Math.sin(angle))];
      assert.deepEqual([values[i], values[i + 1]], expected);
    }
  });

  test('the two of one Box–Muller pair are uncorrelated', () => {
    const values = gaussians(key(4), count);
    const pairs = Float64Array.from({ length: count / 2 }, (_, i) => values[2 * i]! * values[2 * i + 1]!);
    assert.ok(Math.abs(mean(pairs)) < 5 / Math.sqrt(count / 2));
  });

  test('integers cover their range evenly', () => {
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (const value of integers(key(5), 7000, 7)) counts[value]!++;
    const chi2 = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    assert.ok(chi2 < 22.5, `χ² = ${chi2}`); // 6 degrees of freedom, one in a thousand
  });

  test('permutations hold every number once and differ by key', () => {
    const order = permutation(key(6), 100);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
    assert.notDeepEqual(order, permutation(key(7), 100));
  });
});
