import { batchStepNoNoise, checkVariance } from './ddim.js';
import { type ClassOracles, loop, noisyLoop } from './harness.js';

export const oracles: ClassOracles = {
  classes: ['DDPMScheduler', 'DDPMParallelScheduler'],
  config: {
    num_train_timesteps: 1000,
    beta_start: 0.0001,
    beta_end: 0.02,
    beta_schedule: 'linear',
    variance_type: 'fixed_small',
    clip_sample: true,
  },
  steps: 1000,
  runs: {
    test_full_loop_no_noise: loop(),
    test_full_loop_with_v_prediction: loop({ prediction_type: 'v_prediction' }),
    test_full_loop_with_noise: noisyLoop({ count: 2 }),
    test_batch_step_no_noise: batchStepNoNoise(1),
  },
  checks: { test_variance: checkVariance },
};
