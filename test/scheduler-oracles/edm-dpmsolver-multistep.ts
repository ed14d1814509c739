import { key } from '../../src/core/random.js';
import { denoiser, type Interval, sample } from '../../src/sampling/index.js';
import { noiseDeter, sampleDeter } from '../scheduler-reference.js';
import { type Batch, type ClassOracles, type Config, type HarnessOptions, harness, type Run } from './harness.js';

/** Their loops of this class neither scale the start nor what the network sees. */
function unscaled(at: HarnessOptions, more: Config) {
  const { precondition, sampler, limit, all, space } = harness(at, more);
  const denoise = denoiser({
    network: async (x: Batch, t) => space.map(x, (value) => (value * t) / (t + 1)),
    precondition: (level) => ({ ...precondition(level), cIn: 1 }),
    space,
  });
  const run = (start: Batch, steps: readonly Interval[]): Promise<Batch> =>
    sample({ denoise, sampler, limit, steps, start, space, key: key(0) });
  return { run, all, space };
}

const loop =
  (more: Config = {}): Run =>
  (at) => {
    const { run, all } = unscaled(at, more);
    return run(sampleDeter(), all);
  };

/** The last `count` steps, from the fixed sample with noise added. */
const noisyLoop =
  ({ count }: { readonly count: number }): Run =>
  (at) => {
    const { run, all, space } = unscaled(at, {});
    const steps = all.slice(-count);
    return run(space.lincomb([1, sampleDeter()], [steps[0]!.from.sigma, noiseDeter()]), steps);
  };

export const oracles: ClassOracles = {
  classes: ['EDMDPMSolverMultistepScheduler'],
  config: {
    sigma_min: 0.002,
    sigma_max: 80,
    sigma_data: 0.5,
    num_train_timesteps: 1000,
    solver_order: 2,
    prediction_type: 'epsilon',
    thresholding: false,
    sample_max_value: 1,
    algorithm_type: 'dpmsolver++',
    solver_type: 'midpoint',
    lower_order_final: false,
    euler_at_final: false,
    final_sigmas_type: 'sigma_min',
  },
  steps: 10,
  runs: {
    test_full_loop_no_noise: loop(),
    test_full_loop_with_noise: noisyLoop({ count: 5 }),
    test_full_loop_no_noise_thres: loop({
      thresholding: true,
      dynamic_thresholding_ratio: 0.87,
      sample_max_value: 0.5,
    }),
    test_full_loop_with_v_prediction: loop({ prediction_type: 'v_prediction' }),
  },
};
