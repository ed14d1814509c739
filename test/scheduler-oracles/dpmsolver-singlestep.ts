import { key } from '../../src/core/random.js';
import { sample } from '../../src/sampling/index.js';
import type { Sampler } from '../../src/sampling/sampler.js';
import { noiseDeter, sampleDeter } from '../scheduler-reference.js';
import { type ClassOracles, harness, loop, type Run } from './harness.js';

interface Late {
  readonly steps: number;
  readonly skipped: number;
  readonly noisy: boolean;
}

/** A walk that begins after `skipped` of `steps`, in the middle of a group, with or without noise added. */
const late =
  ({ steps: count, skipped, noisy }: Late): Run =>
  (at) => {
    const { denoise, sampler, limit, all, space } = harness({ ...at, steps: count });
    const steps = all.slice(skipped);
    const counting: Sampler = {
      ...sampler,
      step: (step) => sampler.step({ ...step, index: step.index + skipped, count }),
    };
    const { alpha, sigma } = steps[0]!.from;
    const start = noisy ? space.lincomb([alpha, sampleDeter()], [sigma, noiseDeter()]) : sampleDeter();
    return sample({ denoise, sampler: counting, limit, steps, start, space, key: key(0) });
  };

export const oracles: ClassOracles = {
  classes: ['DPMSolverSinglestepScheduler'],
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
    lambda_min_clipped: -Infinity,
    variance_type: null,
    final_sigmas_type: 'sigma_min',
  },
  steps: 10,
  runs: {
    test_full_loop_no_noise: loop(),
    test_switch: loop(),
    test_full_loop_with_karras: loop({ use_karras_sigmas: true }),
    test_full_loop_with_v_prediction: loop({ prediction_type: 'v_prediction' }),
    test_full_loop_with_karras_and_v_prediction: loop({ prediction_type: 'v_prediction', use_karras_sigmas: true }),
    test_full_loop_with_noise: late({ steps: 10, skipped: 5, noisy: true }),
    test_full_uneven_loop: late({ steps: 50, skipped: 3, noisy: false }),
  },
};
