import assert from 'node:assert/strict';
import { key } from '../../src/core/random.js';
import { denoiser, sample } from '../../src/sampling/index.js';
import { absSum, sampleDeter } from '../scheduler-reference.js';
import { type Batch, type ClassOracles, type HarnessOptions, harness } from './harness.js';

/**
 * `np.isclose(result, value)`: to 10⁻⁵. Their test starts from the sample as it is, not in the size of the noise, and sets
 * the σ before the timesteps, so that the network is told the first three of 2000 instead of the three that are visited.
 */
async function isClose(at: HarnessOptions, what: string): Promise<void> {
  const [, quantity, value] = what.match(/result_(sum|mean)\.item\(\), ([\d.]+)\)/)!;
  const { precondition, space, sampler, all } = harness(at);
  const calls = [0, 0, 1, 1, 2]; // corrector and predictor
  let call = 0;
  const network = async (x: Batch): Promise<Batch> => {
    const time = 1 - ((calls[call++] ?? 2) * (1 - 1e-5)) / 1999;
    const told = 0.01 * (1348 / 0.01) ** time;
    return space.map(x, (number) => (number * told) / (told + 1));
  };
  const denoise = denoiser({ network, precondition, space });
  const end = await sample({ denoise, sampler, steps: all, start: sampleDeter(), space, key: key(0) });
  const got = quantity === 'sum' ? absSum(end) : absSum(end) / end.data.length;
  assert.ok(Math.abs(got / Number(value) - 1) < 1e-5, `${got} against ${value}`);
}

export const oracles: ClassOracles = {
  classes: ['ScoreSdeVeScheduler'],
  config: { num_train_timesteps: 2000, snr: 0.15, sigma_min: 0.01, sigma_max: 1348, sampling_eps: 1e-5 },
  steps: 3,
  runs: {},
  checks: { test_full_loop_no_noise: isClose },
};
