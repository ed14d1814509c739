import { type ClassOracles, harness, loop } from './harness.js';

export const oracles: ClassOracles = {
  classes: ['LCMScheduler'],
  config: {
    num_train_timesteps: 1000,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    prediction_type: 'epsilon',
  },
  steps: 10,
  runs: {
    test_full_loop_onestep: (at) => {
      const { run, start } = harness({ ...at, steps: 1 });
      return run(start());
    },
    test_full_loop_multistep: loop(),
  },
};
