import { type ClassOracles, loop } from './harness.js';

export const oracles: ClassOracles = {
  classes: ['DPMSolverMultistepInverseScheduler'],
  config: {
    num_train_timesteps: 1000,
    beta_start: 0.0001,
    beta_end: 0.02,
    beta_schedule: 'linear',
    solver_order: 2,
    prediction_type: 'epsilon',
    thresholding: false,
    sample_max_value: 1,
    algorithm_type: 'dpmsolver++',
    solver_type: 'midpoint',
    lower_order_final: false,
    lambda_min_clipped: -Infinity,
    variance_type: null,
  },
  steps: 10,
  runs: {
    test_full_loop_no_noise: loop(),
    test_full_loop_no_noise_thres: loop({
      thresholding: true,
      dynamic_thresholding_ratio: 0.87,
      sample_max_value: 0.5,
    }),
    test_full_loop_with_v_prediction: loop({ prediction_type: 'v_prediction' }),
    test_full_loop_with_karras_and_v_prediction: loop({ prediction_type: 'v_prediction', use_karras_sigmas: true }),
    test_switch: loop(),
  },
};
