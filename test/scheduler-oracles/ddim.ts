import assert from 'node:assert/strict';
import { floats, rows } from '../../src/core/host-array.js';
import { key } from '../../src/core/random.js';
import { batchSpace } from '../../src/core/space.js';
import { cleanLevel, posterior } from '../../src/diffusion/index.js';
import { denoiser, sample } from '../../src/sampling/index.js';
import { sampleDeter } from '../scheduler-reference.js';
import { type Batch, type ClassOracles, type HarnessOptions, harness, loop, noisyLoop, type Run } from './harness.js';

/** One mean step each for three shifted samples, at timesteps 0, 1 and 2; a step goes `stride` timesteps down. */
export const batchStepNoNoise =
  (stride: number): Run =>
  async (at) => {
    const { grid, sampler, limit, precondition } = harness(at);
    const space = { ...batchSpace(), gaussian: (like: Batch) => floats(like.shape) };
    const network = async (x: Batch, t: number) => space.map(x, (value) => (value * t) / (t + 1));
    const ends: Batch[] = [];
    for (const [t, shift] of [0, 0.1, -0.1].entries()) {
      const start = space.map(sampleDeter(), (value) => value + shift);
      const to = t - stride >= 0 ? grid.level(t - stride) : cleanLevel;
      const denoise = denoiser({ network, precondition, space });
      ends.push(
        await sample({ denoise, sampler, limit, steps: [{ from: grid.level(t), to }], start, space, key: key(0) }),
      );
    }
    return floats(
      [12, 3, 8, 8],
      ends.flatMap((end) => [...rows(end, 0, 4).data]),
    );
  };

/** `_get_variance(t[, previous]) − value < tolerance`. */
export function checkVariance(at: HarnessOptions, what: string): void {
  const [, call = '', value, tolerance] = what.match(/_get_variance\(([\d, ]+)\) - ([\d.]+)\)\) < ([\d.e-]+)/)!;
  const [t, previous = Number(call) - 1] = call.split(', ').map(Number) as [number, number?];
  const { grid } = harness(at);
  const variance = posterior(grid.level(t), previous < 0 ? cleanLevel : grid.level(previous)).sigma ** 2;
  assert.ok(Math.abs(variance - Number(value)) < Number(tolerance), `${variance} against ${value}`);
}

export const oracles: ClassOracles = {
  classes: ['DDIMScheduler', 'DDIMParallelScheduler'],
  config: {
    num_train_timesteps: 1000,
    beta_start: 0.0001,
    beta_end: 0.02,
    beta_schedule: 'linear',
    clip_sample: true,
  },
  steps: 10,
  runs: {
    test_full_loop_no_noise: loop(),
    test_full_loop_with_v_prediction: loop({ prediction_type: 'v_prediction' }),
    test_full_loop_with_set_alpha_to_one: loop({ set_alpha_to_one: true, beta_start: 0.01 }),
    test_full_loop_with_no_set_alpha_to_one: loop({ set_alpha_to_one: false, beta_start: 0.01 }),
    test_full_loop_with_noise: noisyLoop({ count: 2 }),
    test_batch_step_no_noise: batchStepNoNoise(100),
  },
  checks: { test_variance: checkVariance },
};
