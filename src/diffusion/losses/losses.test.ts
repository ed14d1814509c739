import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { floats, rows } from '../../core/host-array.js';
import { fold, type Key, key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { grid } from '../grid.js';
import { type Level, logSnr, snr } from '../level.js';
import { convert, epsilon, type Prediction, predictions, score, v, x0 } from '../processes/predictions.js';
import { cosine, linear } from '../schedules/index.js';
import { logNormalInterval } from './gaussian-terms.js';
import { createLevelHistory } from './level-history.js';
import {
  type LevelSamplerName,
  levelSamplers,
  logitNormalLevels,
  logNormalLevels,
  lossSecondMomentLevels,
  stratifiedLevels,
  uniformLevels,
} from './levels/index.js';
import { objectives, simple } from './objectives/index.js';
import type { Weighting } from './weighting.js';
import {
  edmWeighting,
  likelihoodWeighting,
  minSnrWeighting,
  p2Weighting,
  snrWeighting,
  softMinSnrWeighting,
  truncatedSnrWeighting,
  uniformWeighting,
  weightings,
} from './weightings/index.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

const training = grid({ schedule: cosine() });
const indicesOfSome = [10, 300, 700, 990];
const some = indicesOfSome.map(training.level);
const weigh = (create: (typeof weightings.entries)['snr'], level: Level, prediction: Prediction): number =>
  create().weight({ level, prediction });

for (const [folder, registry] of Object.entries({ weightings, levels: levelSamplers, objectives })) {
  test(`every file in ${folder} is registered under its own name`, async () => {
    const files = (await readdir(new URL(`${folder}/`, import.meta.url)))
      .map((file) => file.replace(/\.[jt]s$/, ''))
      .filter((file) => file !== 'index' && !file.includes('.'));
    assert.deepEqual(files.sort(), [...registry.names].sort());
    for (const [name, create] of Object.entries(registry.entries)) assert.equal(create.definition.name, name);
  });
}

suite('weightings', () => {
  for (const name of weightings.names) {
    test(`${name} is finite and not negative at every level, for every prediction`, () => {
      const weighting = weightings.entries[name]();
      for (let i = 0; i < training.count; i++) {
        for (const prediction of Object.values(predictions.entries)) {
          const weight = weighting.weight({
            level: training.level(i),
            prediction,
            place: { grid: training, index: i },
          });
          assert.ok(Number.isFinite(weight) && weight >= 0);
        }
      }
    });

    if (name !== 'uniform') {
      test(`${name} means the same loss whatever is predicted`, () => {
        const weighting = weightings.entries[name]();
        for (const index of indicesOfSome) {
          const level = training.level(index);
          const losses = Object.values(predictions.entries).map((prediction) => {
            const error = convert({ from: x0, to: prediction, level }).raw; // of an error of 1 in x₀
            return weighting.weight({ level, prediction, place: { grid: training, index } }) * error ** 2;
          });
          for (const loss of losses) near(loss, losses[0]!, 1e-9);
        }
      });
    }
  }

  test('weights are those of the papers', () => {
    for (const level of some) {
      const ratio = snr(level);
      const sigma = level.sigma / level.alpha; // of Karras: α = 1
      near(weigh(snrWeighting, level, epsilon), 1);
      near(weigh(snrWeighting, level, x0), ratio);
      near(weigh(truncatedSnrWeighting, level, x0), Math.max(ratio, 1));
      near(minSnrWeighting({ gamma: 5 }).weight({ level, prediction: epsilon }), Math.min(ratio, 5) / ratio);
      near(minSnrWeighting({ gamma: 5 }).weight({ level, prediction: v }), Math.min(ratio, 5) / (ratio + 1));
      near(softMinSnrWeighting({ gamma: 4 }).weight({ level, prediction: x0 }), 1 / (sigma ** 2 + 1 / 4));
      near(softMinSnrWeighting({ gamma: 4 }).weight({ level, prediction: epsilon }), 4 / (ratio + 4));
      near(p2Weighting({ gamma: 1.5, k: 2 }).weight({ level, prediction: epsilon }), (2 + ratio) ** -1.5, 1e-9);
      for (const deviation of [0.5, 1]) {
        const lambda = (sigma ** 2 + deviation ** 2) / (sigma * deviation) ** 2;
        near(edmWeighting({ deviation }).weight({ level, prediction: x0 }), lambda, 1e-9);
      }
      near(edmWeighting({ deviation: 1 }).weight({ level, prediction: v }), 1);
      near(uniformWeighting().weight({ level, prediction: v }), 1);
    }
  });

  test('p2 with γ = 0 and min-snr without a bound are snr; soft-min-snr lies below both of its limits', () => {
    for (const level of some) {
      const of = (weighting: Weighting): number => weighting.weight({ level, prediction: x0 });
      near(of(p2Weighting({ gamma: 0 })), snr(level), 1e-12);
      near(of(minSnrWeighting({ gamma: 1000 })), Math.min(snr(level), 1000), 1e-12);
      assert.ok(of(softMinSnrWeighting({ gamma: 5 })) <= of(minSnrWeighting({ gamma: 5 })));
    }
  });

  test('likelihood is g² = β(t) on the error of the score, and −N·ΔSNR of small steps on that of x₀', () => {
    const chain = grid({ schedule: linear(), count: 1000 }); // β(t) = 0.1 + 19.9·t in continuous time
    for (const index of [1, 10, 400, 999]) {
      const level = chain.level(index);
      const place = { grid: chain, index };
      const g2 = 1000 * (1e-4 + (index / 999) * (0.02 - 1e-4));
      near(likelihoodWeighting().weight({ level, prediction: score, place }), g2, 1e-9);
      near(likelihoodWeighting().weight({ level, prediction: epsilon, place }), g2 / level.sigma ** 2, 1e-9);
    }
    const fine = grid({ schedule: cosine(), count: 100_000 });
    for (const index of [20_000, 60_000]) {
      const slope = 100_000 * (snr(fine.level(index - 1)) - snr(fine.level(index)));
      const place = { grid: fine, index };
      near(likelihoodWeighting().weight({ level: fine.level(index), prediction: x0, place }) / slope, 1, 1e-3);
    }
    assert.throws(() => likelihoodWeighting().weight({ level: some[0]!, prediction: v }), {
      message: 'likelihood: the weight of a level depends on the grid it is on. Give its place: { grid, index }.',
    });
  });

  test('pure noise: v is weighted, ε cannot be', () => {
    const level = { alpha: 0, sigma: 1 };
    assert.equal(minSnrWeighting().weight({ level, prediction: v }), 0);
    assert.equal(truncatedSnrWeighting().weight({ level, prediction: v }), 1);
    near(edmWeighting({ deviation: 0.5 }).weight({ level, prediction: v }), 4);
    assert.throws(() => minSnrWeighting().weight({ level, prediction: epsilon }), {
      code: 'undefined-prediction',
      message:
        'epsilon does not determine x0 at alpha = 0, sigma = 1, so its error cannot be weighted there. ' +
        'Use v, or the uniform weighting, or levels that stop short of this one.',
    });
  });
});

suite('level samplers', () => {
  const at = (name: LevelSamplerName, from: Key, count: number) => {
    const sampler = levelSamplers.entries[name]();
    return { key: from, count, grid: training, history: sampler.history && createLevelHistory(sampler.history) };
  };

  for (const name of levelSamplers.names) {
    const sampler = levelSamplers.entries[name]();
    test(`${name}: times in [0, 1) and indices of the grid, fixed by the key`, () => {
      const { times } = sampler.times(at(name, key(2), 500));
      assert.ok(times.length === 500 && times.every((t) => t >= 0 && t < 1));
      assert.deepEqual(sampler.times(at(name, key(2), 500)), sampler.times(at(name, key(2), 500)));
      assert.notDeepEqual(sampler.times(at(name, key(3), 500)).times, times);
      const { indices } = sampler.levels(at(name, key(2), 500));
      assert.deepEqual(
        [...indices],
        [...times].map((t) => Math.floor(t * training.count)),
      );
    });

    if (!name.endsWith('normal')) {
      test(`${name} is uniform over many batches`, () => {
        const counts = new Array<number>(10).fill(0);
        for (let batch = 0; batch < 1000; batch++) {
          for (const t of sampler.times(at(name, fold(key(1), batch), 10)).times) counts[Math.floor(t * 10)]!++;
        }
        const chi2 = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
        assert.ok(chi2 < 27.9, `χ² = ${chi2}`); // 9 degrees of freedom, one in a thousand
      });
    }
  }

  test('stratified puts one time in each of B equal parts', () => {
    const { times } = stratifiedLevels().times(at('stratified', key(4), 8));
    assert.deepEqual(
      [...times].map((t) => Math.floor(t * 8)),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
  });

  /** Largest distance between the distribution of `values` and N(mean, deviation²): 1.95/√n once in a thousand. */
  const kolmogorov = (values: readonly number[], mean: number, deviation: number): number => {
    const sorted = [...values].sort((a, b) => a - b);
    const cdf = (u: number): number => Math.exp(logNormalInterval(-Infinity, (u - mean) / deviation));
    return Math.max(...sorted.map((u, i) => Math.max(cdf(u) - i / values.length, (i + 1) / values.length - cdf(u))));
  };

  test('logit-normal: the logit of t is the Gaussian asked for', () => {
    const count = 20_000;
    for (const options of [{}, { mean: 0.8, deviation: 0.5 }]) {
      const { times } = logitNormalLevels(options).times(at('logit-normal', key(5), count));
      const logits = Array.from(times, (t) => Math.log(t / (1 - t)));
      const { mean = 0, deviation = 1 } = options;
      assert.ok(kolmogorov(logits, mean, deviation) < 1.95 / Math.sqrt(count));
    }
  });

  test('log-normal: ln σ is the Gaussian asked for, up to the width of a step of the grid', () => {
    const count = 20_000;
    const fine = grid({ schedule: cosine(), count: 20_000 });
    const { indices } = logNormalLevels({ mean: -0.5, deviation: 0.7 }).levels({ key: key(6), count, grid: fine });
    const found = Array.from(indices, (index) => -logSnr(fine.level(index)) / 2);
    assert.ok(kolmogorov(found, -0.5, 0.7) < 1.95 / Math.sqrt(count) + 0.002);
    const few = logNormalLevels({ mean: 20 }).levels({ key: key(6), count: 5, grid: training });
    assert.deepEqual([...few.indices], [999, 999, 999, 999, 999]);
  });

  suite('loss-second-moment', () => {
    const parts = 4;
    const roots = [1, 2, 5, 12]; // √E[L²] of each part
    const filled = () => {
      const history = createLevelHistory({ parts, memory: 2 });
      for (const [part, root] of roots.entries()) {
        // 0 and √2·root have this root mean square; the two before are forgotten
        history.record(new Array<number>(4).fill((part + 0.5) / parts), [99, 7, 0, Math.SQRT2 * root]);
      }
      return history;
    };

    test('draws parts in proportion to the root of the mean squared loss', () => {
      const sampler = lossSecondMomentLevels({ parts, memory: 2, uniform: 0.2 });
      const count = 40_000;
      const { times } = sampler.times({ key: key(7), count, grid: training, history: filled() });
      const counts = new Array<number>(parts).fill(0);
      for (const t of times) counts[Math.floor(t * parts)]!++;
      const chi2 = counts.reduce((sum, n, part) => {
        const expected = count * ((0.8 * roots[part]!) / 20 + 0.2 / parts);
        return sum + (n - expected) ** 2 / expected;
      }, 0);
      assert.ok(chi2 < 16.3, `χ² = ${chi2}`); // 3 degrees of freedom, one in a thousand
    });

    test('weighted by importance, the mean of a loss is that of uniform times, with less variance', () => {
      const loss = (t: number): number => roots[Math.floor(t * parts)]! * (1 + 0.3 * Math.sin(40 * t));
      const count = 50_000;
      const given = { key: key(8), count, grid: training, history: filled() };
      const drawn = lossSecondMomentLevels({ parts, memory: 2 }).times(given);
      const weighted = Array.from(drawn.times, (t, i) => loss(t) * drawn.importance![i]!);
      const plain = Array.from(uniformLevels().times(given).times, loss);
      let exact = 0;
      for (let i = 0; i < 100_000; i++) exact += loss((i + 0.5) / 100_000) / 100_000;
      const [ours, theirs] = [weighted, plain].map(moments);
      assert.ok(Math.abs(ours!.mean - exact) < (4 * ours!.deviation) / Math.sqrt(count), `${ours!.mean} is ${exact}`);
      assert.ok(ours!.deviation < theirs!.deviation / 3, `${ours!.deviation} against ${theirs!.deviation}`);
    });

    test('is uniform, with importance 1, until every part has its losses', () => {
      const history = createLevelHistory({ parts, memory: 2 });
      const sampler = lossSecondMomentLevels({ parts, memory: 2 });
      history.record([0.1, 0.1, 0.3, 0.3, 0.6, 0.6, 0.9], [1, 1, 1, 1, 1, 1, 50]);
      const given = { key: key(9), count: 100, grid: training, history };
      assert.ok(sampler.times(given).importance!.every((w) => w === 1));
      history.record([0.9], [50]);
      assert.ok(sampler.times(given).importance!.some((w) => w < 0.3));
    });

    test('losses of nothing keep it uniform', () => {
      const history = createLevelHistory({ parts: 2, memory: 1 });
      history.record([0.1, 0.9], [0, 0]);
      const { importance } = lossSecondMomentLevels({ parts: 2, memory: 1 }).times({
        ...at('uniform', key(1), 9),
        history,
      });
      assert.ok(importance!.every((w) => w === 1));
    });

    test('a history read and written goes on as if nothing had happened', () => {
      const [one, other] = [filled(), createLevelHistory({ parts, memory: 2 })];
      other.write(one.read());
      for (const history of [one, other]) history.record([0.1, 0.4, 0.1], [3, 8, 2]);
      assert.deepEqual(other.read(), one.read());
      assert.deepEqual(other.secondMoments(), one.secondMoments());
    });

    test('a history that is missing or of another size is refused', () => {
      const given = at('uniform', key(1), 2);
      assert.throws(() => lossSecondMomentLevels({ parts: 5, memory: 3 }).times(given), {
        message: 'loss-second-moment: needs a history of 5 × 3 losses, got none. Make one with createLevelHistory.',
      });
      assert.throws(() => createLevelHistory({ parts: 2, memory: 1 }).write(filled().read()), {
        message: '"levels.losses" needs shape [2, 1], got [4, 2].',
      });
    });
  });
});

const moments = (values: readonly number[]): { readonly mean: number; readonly deviation: number } => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
};

suite('simple', () => {
  const clean = floats(
    [3, 4],
    Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  );
  const indices = [5, 400, 995];
  const prepare = (prediction: Prediction, first = 0) =>
    simple().prepare({ clean, indices, grid: training, prediction, weighting: minSnrWeighting(), key: key(9), first });

  for (const prediction of Object.values(predictions.entries)) {
    test(`the true denoiser of the batch has no loss: ${prediction.name}`, () => {
      const { x, target, index, weight } = prepare(prediction);
      assert.deepEqual([...index.data], indices);
      assert.deepEqual(weight.shape, [3]);
      for (const [row, i] of indices.entries()) {
        const level = training.level(i);
        const { x: onX, raw } = convert({ from: x0, to: prediction, level });
        const [xs, ts, cs] = [x, target, clean].map((array) => rows(array, row, row + 1).data);
        for (const [j, t] of ts!.entries()) {
          const answer = onX * xs![j]! + raw * cs![j]!;
          assert.ok(Math.abs(answer - t) < 2e-4 * Math.max(1, Math.abs(t)), `${answer} against ${t}`);
        }
      }
    });
  }

  test('a row has the same noise in any batch', () => {
    const whole = prepare(epsilon);
    const part = simple().prepare({
      clean: rows(clean, 1, 3),
      indices: indices.slice(1),
      grid: training,
      prediction: epsilon,
      weighting: minSnrWeighting(),
      key: key(9),
      first: 1,
    });
    assert.deepEqual(part.x.data, rows(whole.x, 1, 3).data);
    assert.deepEqual(whole.target.data, batchSpace().gaussian(clean, fold(key(9), 'noise')).data);
  });

  test('one index per row', () => {
    const given = { clean, grid: training, prediction: v, weighting: uniformWeighting(), key: key(0) };
    assert.throws(() => simple().prepare({ ...given, indices: [1] }), {
      message: 'simple: data of shape [3, 4] needs 3 indices, got 1.',
    });
  });
});
