import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { floats, type HostArray } from '../../core/host-array.js';
import { gaussians, key } from '../../core/random.js';
import { type Grid, grid } from '../grid.js';
import { cleanLevel } from '../level.js';
import { mixRows } from '../processes/forward.js';
import { posterior } from '../processes/posterior.js';
import { cosine, linear } from '../schedules/index.js';
import { discretisedLogLikelihood, gaussianLogDensity, logNormalInterval, normalKl } from './gaussian-terms.js';
import { bitsPerDimension, boundTerms, priorTerms } from './variational.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

suite('Gaussian terms', () => {
  test('KL is the mean of the log ratio, found by Monte Carlo', () => {
    const [p, q] = [
      { mean: 0.3, logVariance: -0.5 },
      { mean: -0.2, logVariance: 0.4 },
    ];
    const count = 200_000;
    const draws = gaussians(key(1), count);
    let sum = 0;
    for (const z of draws) {
      const u = p.mean + Math.exp(p.logVariance / 2) * z;
      sum += gaussianLogDensity(u, p) - gaussianLogDensity(u, q);
    }
    near(sum / count, normalKl(p, q), 0.01);
    assert.equal(normalKl(p, p), 0);
  });

  test('ln(Φ(b) − Φ(a)) is the integral of the density, in the middle and in the tails', () => {
    const simpson = (a: number, b: number): number => {
      const n = 2000;
      let sum = 0; // of the density relative to the one at the end nearest to 0, lest it underflow
      const peak = a > 0 ? a : b < 0 ? b : 0;
      for (let i = 0; i <= n; i++) {
        const z = a + ((b - a) * i) / n;
        sum += (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp((peak ** 2 - z ** 2) / 2);
      }
      return Math.log((sum * (b - a)) / (3 * n)) - peak ** 2 / 2 - Math.log(2 * Math.PI) / 2;
    };
    for (const [a, b] of [
      [-0.3, 0.4],
      [0.1, 0.11],
      [2.7, 3.1],
      [-3.1, -2.7],
      [8, 9],
      [-60, -59.9],
      [200, 200.1],
      [0, 1e-12],
      [-1e-12, 1e-12],
      [1.8731867308851056, 1.8731867322022144],
      [-30.000001, -30],
    ] as const) {
      near(logNormalInterval(a, b), simpson(a, b), 1e-9);
      near(logNormalInterval(a, b), logNormalInterval(-b, -a), 1e-14);
    }
    near(logNormalInterval(-Infinity, 0), -Math.LN2);
    near(logNormalInterval(-Infinity, Infinity), 0);
    assert.equal(logNormalInterval(-1e300, -1e200), -Infinity);
    assert.equal(logNormalInterval(1e200, 1e300), -Infinity);
  });

  for (const cdf of ['exact', 'tanh'] as const) {
    test(`the bins of all 256 values together have probability 1: ${cdf}`, () => {
      for (const [mean, deviation] of [
        [0.1, 0.3],
        [-0.99, 0.01],
        [1.4, 0.5],
      ] as const) {
        let total = 0;
        for (let byte = 0; byte < 256; byte++) {
          const at = { mean, logVariance: 2 * Math.log(deviation) };
          total += Math.exp(discretisedLogLikelihood(byte / 127.5 - 1, at, { cdf }));
        }
        near(total, 1, 1e-9);
      }
    });
  }

  test('a bin that is narrow against the Gaussian has its width times the density', () => {
    const at = { mean: 0.3, logVariance: 2 * Math.log(5) };
    near(discretisedLogLikelihood(0.2, at), gaussianLogDensity(0.2, at) + Math.log(2 / 255), 1e-6);
  });
});

interface Golden {
  readonly indices: readonly number[];
  readonly size: number;
  readonly cases: readonly {
    readonly schedule: 'linear' | 'cosine';
    readonly terms: readonly number[];
    readonly termsTanh: readonly number[];
    readonly prior: readonly number[];
    readonly logVariance: readonly (readonly number[])[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/losses/variational.json', import.meta.url), 'utf8'),
) as Golden;

suite('terms of the bound', () => {
  const { indices, size } = golden;
  const wave = (phase: number, scale: number): number[] =>
    indices.flatMap((_, row) => Array.from({ length: size }, (_, i) => Math.sin(0.7 * i + 1.3 * row + phase) * scale));
  const shape = [indices.length, size];

  for (const expected of golden.cases) {
    test(`are the numbers of the papers' formulas: ${expected.schedule}`, () => {
      const chain = grid({ schedule: { linear, cosine }[expected.schedule]() });
      const bytes = wave(0, 1.15).map((u) => Math.min(255, Math.max(0, Math.round((u + 1) * 127.5))) / 127.5 - 1);
      const [noise, fraction, guess] = [wave(2, 1.4), wave(4, 0.9), wave(3, 0.05)];
      const rowOf = (i: number): number => Math.floor(i / size);
      const x = bytes.map((value, i) => {
        const { alpha, sigma } = chain.level(indices[rowOf(i)]!);
        return alpha * value + sigma * noise[i]!;
      });
      const at = (i: number) => stepOf(chain, indices[rowOf(i)]!);
      const logVariance = fraction.map((f, i) => {
        const { low, high } = at(i);
        return ((f + 1) / 2) * high + ((1 - f) / 2) * low;
      });
      const mean = x.map((value, i) => at(i).x * value + at(i).clean * (bytes[i]! + guess[i]!));
      for (const [row, three] of expected.logVariance.entries()) {
        for (const [i, value] of three.entries()) near(logVariance[row * size + i]!, value, 1e-9);
      }
      const given = {
        ...{ clean: floats(shape, bytes), x: floats(shape, x), indices, grid: chain },
        ...{ mean: floats(shape, mean), logVariance: floats(shape, logVariance) },
      };
      const relative = (a: number, b: number): void =>
        assert.ok(Math.abs(a - b) < 2e-4 * b + 1e-11, `${a} against ${b}`);
      // What is fed is float32: where a step's deviation is 0.01, the last digit of its mean is 10⁻⁵ of that.
      for (const [row, term] of boundTerms(given).entries()) relative(term, expected.terms[row]!);
      const tanh = boundTerms({ ...given, decoder: { kind: 'discretised', cdf: 'tanh' } });
      for (const [row, term] of tanh.entries()) relative(term, expected.termsTanh[row]!);
      for (const [row, term] of priorTerms(given).entries()) relative(term, expected.prior[row]!);
    });
  }

  test('telescope to the exact likelihood of Gaussian data under the exact reversal', () => {
    // x₀ ~ N(0, s²). Every term is quadratic in the noise, so its mean over ε ~ N(0, 1) is the one over ε = ±1.
    const s = 0.7;
    for (const count of [2, 10, 100]) {
      const chain = grid({ schedule: linear(), count, zeroTerminalSnr: true });
      for (const value of [0, 0.4, -1.9]) {
        const clean = floats([2, 1], [value, value]);
        let total = priorTerms({ clean, grid: chain })[0]!;
        for (let index = 0; index < count; index++) {
          const level = chain.level(index);
          const q = stepOf(chain, index);
          const variance = (level.alpha * s) ** 2 + level.sigma ** 2;
          const gain = (level.alpha * s ** 2) / variance; // E[x₀ | x] = gain·x
          const left = (s * level.sigma) ** 2 / variance; // its variance
          const x = mixRows({
            clean,
            noise: floats([2, 1], [1, -1]),
            mixes: [0, 1].map(() => ({ clean: level.alpha, noise: level.sigma })),
          });
          const mean = floats(
            [2, 1],
            x.data.map((u) => (q.x + q.clean * gain) * u),
          );
          const logVariance = new Float64Array(2).fill(Math.log(q.sigma ** 2 + q.clean ** 2 * left));
          const given = { clean, x, indices: [index, index], grid: chain, mean, logVariance };
          const [up, down] = boundTerms({ ...given, decoder: { kind: 'density' } });
          total += (up! + down!) / 2;
        }
        const exact = -gaussianLogDensity(value, { mean: 0, logVariance: 2 * Math.log(s) }) / Math.LN2;
        near(total, exact, 2e-5);
      }
    }
  });

  test('a worse model has a larger bound; a perfect one has no L of the steps', () => {
    const chain = grid({ schedule: cosine(), count: 50 });
    const clean = floats([1, 4], [0.1, -0.5, 0.9, 0]);
    const x = floats([1, 4], [0.3, -0.6, 0.2, 1.1]);
    const q = stepOf(chain, 20);
    const means = (error: number): HostArray<'float32'> =>
      floats(
        [1, 4],
        x.data.map((u, i) => q.x * u + q.clean * (clean.data[i]! + error)),
      );
    const given = { clean, x, indices: [20], grid: chain, logVariance: [2 * Math.log(q.sigma)] };
    const terms = [0, 0.1, 0.2].map((error) => boundTerms({ ...given, mean: means(error) })[0]!);
    assert.ok(terms[0]! < 1e-9);
    near(terms[2]! / terms[1]!, 4, 1e-3); // quadratic in the error
    near(terms[1]!, bitsPerDimension((0.5 * (q.clean * 0.1) ** 2) / q.sigma ** 2, 1), 1e-3);
  });

  test('shapes must fit', () => {
    const clean = floats([2, 3]);
    const given = { clean, x: clean, indices: [1, 2], grid: grid({ schedule: cosine() }), mean: clean };
    assert.throws(() => boundTerms({ ...given, logVariance: floats([2, 2]) }), {
      message: 'boundTerms: data of shape [2, 3] needs x, mean and logVariance of its shape, got [2, 2].',
    });
    assert.throws(() => boundTerms({ ...given, indices: [1], logVariance: [0, 0] }), {
      message: 'boundTerms: 2 rows need one index and one variance each, got 1 and 2.',
    });
  });
});

/** The posterior of a step and the two ln variances between which learned ones lie; the first has the second's lower. */
function stepOf(chain: Grid, index: number) {
  const of = (i: number) => posterior(chain.level(i), i === 0 ? cleanLevel : chain.level(i - 1));
  const low = 2 * Math.log(of(Math.max(index, 1)).sigma);
  return { ...of(index), low, high: 2 * Math.log(of(index).sigmaLarge) };
}
