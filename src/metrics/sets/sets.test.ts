import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { concatRows, floats, fold, gaussians, type HostArray, key, permutation } from '../../core/index.js';
import { fid, frechetDistance, kid, measured, metrics, momentsOf, pairs, squaredMmd, wasserstein1d } from '../index.js';
import type { Metric, MetricFactory, Sets } from '../metric.js';
import { kernelMatrices } from './kernel-distance.js';
import { cubicKernel } from './kid.js';

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/metrics/sets.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, number>> & Readonly<Record<'reference' | 'samples', readonly number[]>>;
const set = (values: readonly number[], size: number): HostArray<'float32'> =>
  floats([values.length / size, size], [...values]);
const given: Sets = {
  reference: set(golden.reference, golden['size']!),
  samples: set(golden.samples, golden['size']!),
  key: key(0),
};

const normal = (count: number, size: number, seed: number, scale = 1, shift = 0): HostArray<'float32'> =>
  floats(
    [count, size],
    gaussians(key(seed), count * size).map((z) => scale * z + shift),
  );

const close = (got: number, want: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)), `${got} instead of ${want}`);

const values = async (metric: Metric<'features'> | Metric<'points'>, sets: Sets = given) =>
  Object.fromEntries((await measured(metric.measure(sets))).estimates.map(({ name, value }) => [name, value]));

/** Runs a generator to its end. */
function last<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value as T;
  }
}

suite('against numpy', () => {
  const cases: readonly (readonly [keyof typeof metrics.entries, object])[] = [
    ['fid', {}],
    ['kid', {}],
    ['mmd', { width: 1.5 }],
    ['energy-distance', {}],
    ['precision-recall', {}],
    ['density-coverage', {}],
  ];
  for (const [name, options] of cases) {
    test(name, async () => {
      const metric = (metrics.get(name) as unknown as MetricFactory)(options) as Metric<'features'>;
      for (const [part, value] of Object.entries(await values(metric))) close(value, golden[part]!, 1e-7);
    });
  }
});

suite('fid', () => {
  test('closed form: moments that commute', () => {
    // A set with a diagonal covariance, scaled along the axes and moved: ‖Δμ‖² + Σ s_k²·(1 − f_k)².
    const factor = [2, 0.5, 1];
    const diagonal = orthogonal(normal(50, 3, 1));
    const scaled = floats(
      [50, 3],
      diagonal.data.map((value, i) => value * factor[i % 3]! + 1),
    );
    const [a, b] = [momentsOf(diagonal), momentsOf(scaled)];
    const roots = [0, 1, 2].map((k) => Math.sqrt(a.covariance.get(k, k)));
    const means = [0, 1, 2].reduce((sum, k) => sum + (a.mean[k]! - b.mean[k]!) ** 2, 0);
    close(frechetDistance(a, b), means + roots.reduce((sum, s, k) => sum + (s * (1 - factor[k]!)) ** 2, 0), 1e-6);
  });

  test('the same set is at distance 0, whatever its rank', async () => {
    for (const flat of [normal(40, 4, 2), normal(3, 4, 2)]) {
      close((await values(fid(), { reference: flat, samples: flat, key: key(0) }))['fid']!, 0, 1e-6);
    }
  });

  test('rounding adds nothing where covariances are singular', async () => {
    // The same set in another order, and one apart from it in a dimension that neither has: only that is left.
    const [n, size] = [20, 64];
    const reference = normal(n, size, 5);
    for (let row = 0; row < n; row++) reference.data[row * size] = 0;
    const order = permutation(key(6), n);
    const moved = floats(
      [n, size],
      reference.data.map((_, i) => reference.data[order[Math.floor(i / size)]! * size + (i % size)]!),
    );
    const same = (await values(fid(), { reference, samples: moved, key: key(0) }))['fid']!;
    assert.ok(same >= 0 && same < 1e-11, `${same}`);
    for (let row = 0; row < n; row++) moved.data[row * size] = 3;
    close((await values(fid(), { reference, samples: moved, key: key(0) }))['fid']!, 9, 1e-12);
    // Two sets of singular covariance: tr(C₁·C₂)^½ of one dimension each is |c₁ᵀc₂| for C = c·cᵀ.
    const pair = (...row: readonly number[]) => floats([2, 3], [...row, ...row.map((value) => -value)]);
    const line = { reference: pair(1, 2, 2), samples: pair(2, 0, 1), key: key(0) };
    close((await values(fid(), line))['fid']!, 2 * (9 + 5 - 2 * 4), 1e-13);
  });

  test('few samples are told', async () => {
    const of = async (n: number) => {
      const sets = { reference: normal(n, 8, 3), samples: normal(n, 8, 4), key: key(0) };
      return (await measured(fid().measure(sets))).notes;
    };
    assert.match((await of(8))[0]!, /^N = 8 is not more than the 8 features/);
    assert.match((await of(20))[0]!, /^N = 20 is little for 8 features/);
    assert.deepEqual(await of(80), []);
  });

  test('falls towards the truth as N grows, kid does not', async () => {
    const at = async (n: number) => {
      const repeats = Array.from({ length: 12 }, (_, r) => ({
        reference: normal(n, 6, 100 + 2 * r),
        samples: normal(n, 6, 101 + 2 * r),
        key: key(r),
      }));
      const all = await Promise.all(
        repeats.map(async (sets) => ({
          ...(await values(fid(), sets)),
          ...(await values(kid({ resamples: 0 }), sets)),
        })),
      );
      const mean = (name: string) => all.reduce((sum, one) => sum + (one as Record<string, number>)[name]!, 0) / 12;
      return { fid: mean('fid'), kid: mean('kid') };
    };
    const [few, many] = [await at(20), await at(160)];
    assert.ok(few.fid > 4 * many.fid && many.fid > 0);
    assert.ok(Math.abs(few.kid) < 0.1, `kid ${few.kid}`);
  });
});

suite('kid', () => {
  test('is 0 on average over all ways to deal one pool into two sets', () => {
    // The mean over random permutations of a pool has expectation 0 for an unbiased statistic: here within 4 errors.
    const pool = normal(40, 3, 9);
    const dealt = Array.from({ length: 300 }, (_, r) => {
      const order = permutation(fold(key(1), r), 40);
      const pick = (from: number, to: number) =>
        floats(
          [to - from, 3],
          [...order.subarray(from, to)].flatMap((i) => [...pool.data.subarray(3 * i, 3 * i + 3)]),
        );
      return squaredMmd(last(kernelMatrices(pick(0, 15), pick(15, 40), cubicKernel)));
    });
    const mean = dealt.reduce((a, b) => a + b, 0) / 300;
    const error = Math.sqrt(dealt.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 299 / 300);
    assert.ok(Math.abs(mean) < 4 * error, `${mean} with error ${error}`);
    // The biased form, diagonal included, is far off on the same deals: the test can fail.
    const { xx, n } = last(kernelMatrices(pool, pool, cubicKernel));
    const diagonal = Array.from({ length: n }, (_, i) => xx[i * (n + 1)]!).reduce((a, b) => a + b, 0) / n;
    assert.ok(diagonal / 25 > 10 * error);
  });

  test('its interval holds the true value about as often as it says', async () => {
    // x ~ N(0, 1), y ~ N(1, 1) in one dimension, k = (xy + 1)³: E k = Σ binomials of moments.
    const moments = (m: number) => [1, m, m * m + 1, m ** 3 + 3 * m];
    const mean = (a: number, b: number) =>
      [1, 3, 3, 1].reduce((sum, choose, i) => sum + choose * moments(a)[i]! * moments(b)[i]!, 0);
    const truth = mean(0, 0) + mean(1, 1) - 2 * mean(0, 1);
    let held = 0;
    for (let r = 0; r < 60; r++) {
      const sets = { reference: normal(80, 1, 500 + r), samples: normal(80, 1, 900 + r, 1, 1), key: key(r) };
      const { interval } = (await measured(kid({ resamples: 60 }).measure(sets))).estimates[0]!;
      if (interval![0] <= truth && truth <= interval![1]) held += 1;
    }
    // 95 % of 60 is 57; skewed statistics of 80 samples hold a little less often. Fewer than 48 has probability 10⁻⁴ at 90 %.
    assert.ok(held >= 48, `${held} of 60`);
  });

  test('too few to be drawn anew have no interval, and a draw of one alone is left out', async () => {
    for (const metric of [kid(), metrics.get('mmd')(), metrics.get('energy-distance')()] as Metric<'features'>[]) {
      const of = async (n: number) => {
        const sets = { reference: normal(n, 2, 7), samples: normal(n, 2, 8), key: key(0) };
        return (await measured(metric.measure(sets))).estimates[0]!;
      };
      for (const n of [2, 3]) {
        const { value, interval } = await of(n);
        assert.ok(Number.isFinite(value), `${metric.name} of ${n}: ${value}`);
        assert.equal(interval, null);
      }
      const { interval } = await of(4); // 1 draw of 32 is of one vector alone
      assert.ok(interval && interval[0] < interval[1], `${metric.name}: ${interval?.join(' … ')}`);
    }
  });

  test('thins what is too large, and says so', async () => {
    const sets = { reference: normal(50, 2, 1), samples: normal(30, 2, 2), key: key(0) };
    const { estimates, notes } = await measured(kid({ most: 20 }).measure(sets));
    assert.deepEqual([estimates[0]!.n, notes.length], [20, 1]);
  });
});

suite('nearest neighbours', () => {
  const near = floats([6, 1], [0, 1, 2, 3, 4, 5]);
  const far = floats([6, 1], [100, 101, 102, 103, 104, 105]);
  const run = async (
    name: 'precision-recall' | 'density-coverage',
    reference: HostArray<'float32'>,
    samples: HostArray<'float32'>,
  ) =>
    values((metrics.get(name) as unknown as MetricFactory)({ k: 2 }) as Metric<'features'>, {
      reference,
      samples,
      key: key(0),
    });

  test('equal sets are precise and complete, distant ones neither', async () => {
    assert.deepEqual(await run('precision-recall', near, near), { precision: 1, recall: 1 });
    assert.deepEqual(await run('precision-recall', near, far), { precision: 0, recall: 0 });
    assert.deepEqual(await run('density-coverage', near, far), { density: 0, coverage: 0 });
  });

  test('a missing mode costs recall, a wrong one precision', async () => {
    const both = concatRows([near, far]);
    assert.deepEqual(await run('precision-recall', both, near), { precision: 1, recall: 0.5 });
    assert.deepEqual(await run('precision-recall', near, both), { precision: 0.5, recall: 1 });
    assert.equal((await run('density-coverage', both, near))['coverage'], 0.5);
  });
});

suite('points', () => {
  test('sorted distances by hand', () => {
    assert.equal(wasserstein1d([0, 1], [2, 3], 1), 2);
    assert.equal(wasserstein1d([0, 1], [0, 1, 1], 1), (2 / 3 - 1 / 2) * 0 + (1 / 2 - 1 / 3) * 1);
    assert.equal(wasserstein1d([0], [1, 3], 2), 5);
  });

  test('sliced Wasserstein of a shift is the mean length of its projections', async () => {
    const metric = metrics.entries['sliced-wasserstein']({ projections: 4000 });
    const reference = normal(30, 2, 5);
    const samples = floats(
      [30, 2],
      reference.data.map((value, i) => value + (i % 2 === 0 ? 3 : 4)),
    );
    // SW₂² = E (θᵀ(3, 4))² = 25/2
    close((await values(metric, { reference, samples, key: key(0) }))['sliced-wasserstein']!, Math.sqrt(12.5), 0.03);
  });

  test('mmd and energy distance of one-dimensional Gaussians, in closed form', async () => {
    const sets = { reference: normal(2000, 1, 6), samples: normal(2000, 1, 7, 1, 1), key: key(0) };
    // E exp(−(x − y)²/2h²) with x − y ~ N(m, 2): h/√(h² + 2)·exp(−m²/(2(h² + 2)))
    const [h, gauss] = [
      1.5,
      (m: number) => (1.5 / Math.sqrt(1.5 ** 2 + 2)) * Math.exp(-(m ** 2) / (2 * (1.5 ** 2 + 2))),
    ];
    const one = metrics.entries.mmd({ width: h, resamples: 20 });
    close((await values(one, sets))['mmd']!, 2 * gauss(0) - 2 * gauss(1), 0.01);
    // E|N(1, 2)| = 2·e^{−1/4}/√π + erf(1/2), E|N(0, 2)| = 2/√π
    const energy = 2 * ((2 * Math.exp(-0.25)) / Math.sqrt(Math.PI) + 0.5204998778) - 4 / Math.sqrt(Math.PI);
    const other = metrics.entries['energy-distance']({ resamples: 20 });
    const { estimates } = await measured(other.measure(sets));
    const { value, interval } = estimates[0]!;
    assert.ok(
      interval![0] <= energy && energy <= interval![1] && Math.abs(value - energy) < 0.06,
      `${value}, ${energy}`,
    );
  });

  test('equal rows are at distance 0 exactly', () => {
    const x = normal(5, 7, 8, 1000);
    const distances = last(pairs(x, x, ({ squaredDistance }) => squaredDistance));
    for (let i = 0; i < 5; i++) assert.equal(distances[i * 6], 0);
  });
});

suite('every metric of sets', () => {
  for (const [name, factory] of Object.entries(metrics.entries)) {
    if (!['features', 'points'].includes(factory.definition.needs)) continue;
    const metric = (factory as unknown as MetricFactory)() as Metric<'features'>;
    const refused = async (sets: Partial<Sets>, message: RegExp): Promise<void> => {
      await assert.rejects(measured(metric.measure({ ...given, ...sets })), { code: 'bad-sets', message });
    };

    test(`${name}: the same twice, N told, yields progress that grows`, async () => {
      const [one, two] = [await measured(metric.measure(given)), await measured(metric.measure(given))];
      assert.deepEqual(one, two);
      for (const { n } of one.estimates) assert.ok(n === 45 || n === 60);
      let before = -1;
      const work = metric.measure(given);
      for (;;) {
        const { done, value } = await work.next();
        if (done) break;
        assert.ok(value.done / value.total >= before && value.done <= value.total);
        before = value.done / value.total;
      }
      assert.ok(before >= 0);
    });

    test(`${name}: what cannot be compared is said`, async () => {
      await refused({ samples: floats([4]) }, /samples must be \[N, D\], got shape \[4\]\.$/);
      await refused({ samples: floats([60, 3]) }, /reference has vectors of length 5 and samples of length 3\.$/);
      await refused({ samples: floats([0, 5]) }, /samples needs at least \d vectors, got 0\. Give it more samples\.$/);
      await refused(
        { samples: floats([60, 5], new Float32Array(300).fill(Number.NaN)) },
        /samples holds NaN or infinity/,
      );
    });
  }
});

/** The columns made orthogonal to each other and to ones. */
function orthogonal(set: HostArray<'float32'>): HostArray<'float32'> {
  const [rows, columns] = set.shape as [number, number];
  const vectors: number[][] = [Array.from({ length: rows }, () => 1 / Math.sqrt(rows))];
  for (let k = 0; k < columns; k++) {
    let v = Array.from({ length: rows }, (_, i) => set.data[i * columns + k]!);
    for (const u of vectors) {
      const dot = v.reduce((sum, value, i) => sum + value * u[i]!, 0);
      v = v.map((value, i) => value - dot * u[i]!);
    }
    const norm = Math.hypot(...v);
    vectors.push(v.map((value) => value / norm));
  }
  return floats(
    set.shape,
    Array.from({ length: rows * columns }, (_, at) => vectors[1 + (at % columns)]![Math.floor(at / columns)]! * 5),
  );
}
