import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { floats, rows } from '../../core/host-array.js';
import { fold, key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { grid } from '../grid.js';
import { type Level, snr } from '../level.js';
import { convert, epsilon, type Prediction, predictions, v, x0 } from '../processes/predictions.js';
import { cosine } from '../schedules/index.js';
import { levelSamplers, stratifiedLevels } from './levels/index.js';
import { objectives, simple } from './objectives/index.js';
import {
  minSnrWeighting,
  snrWeighting,
  truncatedSnrWeighting,
  uniformWeighting,
  weightings,
} from './weightings/index.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

const training = grid({ schedule: cosine() });
const some = [10, 300, 700, 990].map(training.level);
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
          const weight = weighting.weight({ level: training.level(i), prediction });
          assert.ok(Number.isFinite(weight) && weight >= 0);
        }
      }
    });

    if (name !== 'uniform') {
      test(`${name} means the same loss whatever is predicted`, () => {
        const weighting = weightings.entries[name]();
        for (const level of some) {
          const losses = Object.values(predictions.entries).map((prediction) => {
            const error = convert({ from: x0, to: prediction, level }).raw; // of an error of 1 in x₀
            return weighting.weight({ level, prediction }) * error ** 2;
          });
          for (const loss of losses) near(loss, losses[0]!, 1e-9);
        }
      });
    }
  }

  test('weights are those of the papers', () => {
    for (const level of some) {
      const ratio = snr(level);
      near(weigh(snrWeighting, level, epsilon), 1);
      near(weigh(snrWeighting, level, x0), ratio);
      near(weigh(truncatedSnrWeighting, level, x0), Math.max(ratio, 1));
      near(minSnrWeighting({ gamma: 5 }).weight({ level, prediction: epsilon }), Math.min(ratio, 5) / ratio);
      near(minSnrWeighting({ gamma: 5 }).weight({ level, prediction: v }), Math.min(ratio, 5) / (ratio + 1));
      near(uniformWeighting().weight({ level, prediction: v }), 1);
    }
  });

  test('pure noise: v is weighted, ε cannot be', () => {
    const level = { alpha: 0, sigma: 1 };
    assert.equal(minSnrWeighting().weight({ level, prediction: v }), 0);
    assert.equal(truncatedSnrWeighting().weight({ level, prediction: v }), 1);
    assert.throws(() => minSnrWeighting().weight({ level, prediction: epsilon }), {
      code: 'undefined-prediction',
      message:
        'epsilon does not determine x0 at alpha = 0, sigma = 1, so its error cannot be weighted there. ' +
        'Use v, or the uniform weighting, or levels that stop short of this one.',
    });
  });
});

suite('level samplers', () => {
  for (const name of levelSamplers.names) {
    test(`${name}: times in [0, 1), uniform over many batches, fixed by the key`, () => {
      const sampler = levelSamplers.entries[name]();
      const counts = new Array<number>(10).fill(0);
      for (let batch = 0; batch < 1000; batch++) {
        for (const t of sampler.times(fold(key(1), batch), 10)) counts[Math.floor(t * 10)]!++;
      }
      const chi2 = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
      assert.ok(chi2 < 27.9, `χ² = ${chi2}`); // 9 degrees of freedom, one in a thousand
      assert.deepEqual(sampler.times(key(2), 5), sampler.times(key(2), 5));
      assert.ok(sampler.indices(key(3), 100, 7).every((index) => Number.isInteger(index) && index >= 0 && index < 7));
    });
  }

  test('stratified puts one time in each of B equal parts', () => {
    const times = stratifiedLevels().times(key(4), 8);
    assert.deepEqual(
      [...times].map((t) => Math.floor(t * 8)),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
  });
});

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
