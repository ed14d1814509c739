import { type ClassOracles, loop, noisyLoop } from './harness.js';

export const oracles: ClassOracles = {
  classes: ['UniPCMultistepScheduler'],
  config: {
    num_train_timesteps: 1000,
    beta_start: 0.0001,
    beta_end: 0.02,
    beta_schedule: 'linear',
    solver_order: 2,
    solver_type: 'bh2',
    final_sigmas_type: 'sigma_min',
  },
  steps: 10,
  runs: {
    test_switch: loop(),
    test_full_loop_no_noise: loop(),
    test_full_loop_with_karras: loop({ use_karras_sigmas: true }),
    test_full_loop_with_v_prediction: loop({ prediction_type: 'v_prediction' }),
    test_full_loop_with_karras_and_v_prediction: loop({ prediction_type: 'v_prediction', use_karras_sigmas: true }),
    test_full_loop_with_noise: noisyLoop({ count: 2 }),
  },
};
