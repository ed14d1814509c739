import { key } from '../../src/core/random.js';
import { denoiser, sample, tcd } from '../../src/sampling/index.js';
import { type Batch, type ClassOracles, harness, type Run } from './harness.js';

/** Their tests take γ = 0, which is no part of a config. */
const deterministic =
  (steps: number): Run =>
  (at) => {
    const { all, space, start, precondition, grid } = harness({ ...at, steps });
    const network = async (x: Batch, t: number) => space.map(x, (value) => (value * t) / (t + 1));
    const denoise = denoiser({ network, precondition, space });
    const sampler = tcd({ gamma: 0 });
    return sample({ denoise, sampler, grid, steps: all, start: start(), space, key: key(0) });
  };

export const oracles: ClassOracles = {
  classes: ['TCDScheduler'],
  config: {
    num_train_timesteps: 1000,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    prediction_type: 'epsilon',
  },
  steps: 10,
  runs: {
    test_full_loop_onestep_deter: deterministic(1),
    test_full_loop_multistep_deter: deterministic(10),
  },
};
