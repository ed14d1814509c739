import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { grid } from '../grid.js';
import { discrete, type PreconditionName, preconditions } from '../precondition/index.js';
import { epsilon, predictions, v } from '../processes/predictions.js';
import { cosine, straight, ve } from '../schedules/index.js';
import { asSeen } from './as-seen.js';
import { noised } from './noised.js';
import { simple } from './objectives/index.js';
import { uniformWeighting } from './weightings/index.js';

const clean = floats([3, 2], [0.4, -0.9, 0.1, 0.7, -0.3, 0.2]);
const indices = [2, 40, 97];
const grids = {
  cosine: grid({ schedule: cosine(), count: 100 }),
  ve: grid({ schedule: ve({ sigmaMin: 0.02, sigmaMax: 20 }), count: 100 }),
  straight: grid({ schedule: straight(), count: 100 }),
};

suite('what training is about when a network is preconditioned', () => {
  test('a plain chain is seen as it is, bit for bit', () => {
    for (const prediction of Object.values(predictions.entries)) {
      const levels = grids.cosine;
      const seen = asSeen({ grid: levels, prediction, precondition: discrete({ grid: levels, prediction }) });
      assert.equal(seen.prediction, prediction);
      for (const index of [0, ...indices, 99]) {
        assert.deepEqual(seen.grid.level(index), levels.level(index));
        assert.equal(seen.told(index), index);
      }
      const given = { clean, indices, weighting: uniformWeighting(), key: key(1), prediction };
      assert.deepEqual(simple().prepare({ ...given, grid: seen.grid }), simple().prepare({ ...given, grid: levels }));
    }
  });

  const families: Readonly<Record<keyof typeof grids, readonly PreconditionName[]>> = {
    ...{ cosine: ['discrete', 'edm', 've', 'iddpm', 'vp'], ve: ['discrete', 'edm', 've', 'exploding'] },
    straight: ['discrete', 'straight'],
  };
  for (const name of ['cosine', 've', 'straight'] as const) {
    const levels = grids[name];
    for (const family of families[name]) {
      test(`a network that says the target makes the perfect denoiser: ${family} on ${name}`, () => {
        const precondition = preconditions.entries[family]({ grid: levels, prediction: v });
        const seen = asSeen({ grid: levels, prediction: v, precondition });
        const given = { clean, indices, grid: seen.grid, prediction: seen.prediction, key: key(2) };
        const batch = simple().prepare({ ...given, weighting: uniformWeighting() });
        const plain = noised('test', { ...given, grid: levels, weighting: uniformWeighting() });
        for (let i = 0; i < clean.data.length; i++) {
          const row = Math.floor(i / 2);
          const { cSkip, cOut, cIn, cNoise } = precondition(levels.level(indices[row]!));
          const x = plain.x.data[i]!;
          assert.ok(Math.abs(batch.x.data[i]! - cIn * x) < 1e-5 * Math.max(1, Math.abs(cIn * x)));
          const denoised = cSkip * x + cOut * batch.target.data[i]!;
          const digits = 1e-6 * (1 + Math.abs(cSkip * x) + Math.abs(cOut * batch.target.data[i]!));
          assert.ok(Math.abs(denoised - clean.data[i]!) < digits, `${denoised} against ${clean.data[i]}`);
          assert.equal(seen.told(indices[row]!), cNoise);
        }
      });
    }
  }

  test('EDM inputs and targets have unit variance when the data has σ_d', () => {
    const precondition = preconditions.entries.edm({ grid: grids.ve, prediction: epsilon }, { sigmaData: 0.5 });
    const seen = asSeen({ grid: grids.ve, prediction: epsilon, precondition });
    assert.equal(seen.prediction.name, 'network');
    for (const index of [0, 50, 99]) {
      const level = seen.grid.level(index);
      const mix = seen.prediction.mix(level);
      assert.ok(Math.abs((0.5 * level.alpha) ** 2 + level.sigma ** 2 - 1) < 1e-12);
      assert.ok(Math.abs((0.5 * mix.clean) ** 2 + mix.noise ** 2 - 1) < 1e-12);
    }
  });
});
