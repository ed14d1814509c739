import { type ClassOracles, loop } from './harness.js';

export const oracles: ClassOracles = {
  classes: ['PNDMScheduler'],
  config: { num_train_timesteps: 1000, beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear' },
  steps: 10,
  runs: {
    test_full_loop_no_noise: loop(),
    test_full_loop_with_v_prediction: loop({ prediction_type: 'v_prediction' }),
    test_full_loop_with_set_alpha_to_one: loop({ set_alpha_to_one: true, beta_start: 0.01 }),
    test_full_loop_with_no_set_alpha_to_one: loop({ set_alpha_to_one: false, beta_start: 0.01 }),
  },
};
