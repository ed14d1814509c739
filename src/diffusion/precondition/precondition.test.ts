import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grid } from '../grid.js';
import { predictions } from '../processes/predictions.js';
import { cosine } from '../schedules/index.js';
import { discrete } from './discrete.js';

const training = grid({ schedule: cosine() });

for (const prediction of Object.values(predictions.entries)) {
  test(`a perfect network of ${prediction.name} makes a perfect denoiser, in any scale of x`, () => {
    const [clean, noise] = [0.4, -1.1];
    for (const index of [3, 500, 990]) {
      for (const scale of [1, 7]) {
        const seen = training.level(index);
        const level = { alpha: seen.alpha * scale, sigma: seen.sigma * scale };
        const x = level.alpha * clean + level.sigma * noise;
        const { cSkip, cOut, cIn, cNoise } = discrete({ grid: training, prediction })(level);
        assert.ok(Math.abs(cIn * x - (seen.alpha * clean + seen.sigma * noise)) < 1e-12);
        assert.equal(cNoise, index);
        const mix = prediction.mix(seen);
        const denoised = cSkip * x + cOut * (mix.clean * clean + mix.noise * noise);
        assert.ok(Math.abs(denoised - clean) < 1e-9, `${denoised}`);
        if (scale === 1) assert.equal(cIn, 1);
      }
    }
  });
}
