import { type ClassOracles, scalingLoop, scalingNoisyLoop } from './harness.js';

export const oracles: ClassOracles = {
  classes: ['EulerAncestralDiscreteScheduler'],
  config: { num_train_timesteps: 1100, beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear' },
  steps: 10,
  runs: {
    test_full_loop_no_noise: scalingLoop(),
    test_full_loop_device: scalingLoop(),
    test_full_loop_with_v_prediction: scalingLoop({ prediction_type: 'v_prediction' }),
    test_full_loop_with_noise: scalingNoisyLoop({ count: 2 }),
  },
};
