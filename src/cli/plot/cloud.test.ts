import assert from 'node:assert/strict';
import { test } from 'node:test';

import { floats } from '../../core/host-array.js';
import { type Cloud, cloudDenoiser, cloudDensity, lineCloud } from './cloud.js';

const plane: Cloud = {
  dim: 2,
  centres: Float64Array.of(-0.6, 0.1, 0.5, 0.4, 0.2, -0.7),
  weights: Float64Array.of(0.5, 0.2, 0.3),
  width: 0.1,
};
const level = { alpha: 0.8, sigma: 0.6 };

test('the density of a cloud is a density at every level', () => {
  for (const at of [{ alpha: 1, sigma: 0 }, level, { alpha: 0, sigma: 1 }, { alpha: 1, sigma: 3 }]) {
    const [reach, cells] = [4 + 6 * at.sigma, 4000];
    let [total, mean] = [0, 0];
    for (let i = 0; i < cells; i++) {
      const x = -reach + ((i + 0.5) / cells) * 2 * reach;
      const p = (cloudDensity(lineCloud, at, x) * 2 * reach) / cells;
      total += p;
      mean += p * x;
    }
    assert.ok(Math.abs(total - 1) < 1e-6, `${total}`);
    const expected = lineCloud.weights.reduce((sum, w, k) => sum + w * lineCloud.centres[k]!, 0) * at.alpha;
    assert.ok(Math.abs(mean - expected) < 1e-6);
  }
});

test('the denoiser and the density agree: α·D = x + σ²·∇ln p (Tweedie)', async () => {
  const x = [0.3, -0.2, 2, 1, -0.5, 0.05];
  const { data } = await cloudDenoiser(plane)(floats([3, 2], x), level);
  const h = 1e-5;
  for (let i = 0; i < 3; i++) {
    const at = [x[2 * i]!, x[2 * i + 1]!] as const;
    for (const d of [0, 1] as const) {
      const moved = (by: number): number =>
        Math.log(cloudDensity(plane, level, at[0] + (d === 0 ? by : 0), at[1] + (d === 1 ? by : 0)));
      const slope = (moved(h) - moved(-h)) / (2 * h);
      const expected = (at[d] + level.sigma ** 2 * slope) / level.alpha;
      assert.ok(Math.abs(data[2 * i + d]! - expected) < 1e-5, `${data[2 * i + d]}, ${expected}`);
    }
  }
});
