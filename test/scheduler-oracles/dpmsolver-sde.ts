import { type ClassOracles, loop } from './harness.js';

const torchsde =
  'its noise is a Brownian tree of torchsde, which is not reproduced; dpm-runs.test.ts compares what is left without it';

export const oracles: ClassOracles = {
  classes: ['DPMSolverSDEScheduler'],
  config: { num_train_timesteps: 1100, beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear' },
  steps: 10,
  runs: { test_full_loop_no_noise: loop() },
  skip: {
    test_full_loop_no_noise: torchsde,
    test_full_loop_with_v_prediction: torchsde,
    test_full_loop_device: torchsde,
    test_full_loop_device_karras_sigmas: torchsde,
  },
};
