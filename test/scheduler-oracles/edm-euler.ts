import { type ClassOracles, loop } from './harness.js';

export const oracles: ClassOracles = {
  classes: ['EDMEulerScheduler'],
  config: { num_train_timesteps: 256, sigma_min: 0.002, sigma_max: 80 },
  steps: 10,
  runs: { test_full_loop_no_noise: loop(), test_full_loop_device: loop() },
};
