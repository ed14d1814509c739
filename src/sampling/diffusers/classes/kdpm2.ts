import { resolve } from '../../../core/options.js';
import { gridKeysOfStableDiffusion, linspaceKeys, meaningfulKeys, sigmaKeys, usualBetas } from '../common-keys.js';
import { sigmaScheduler } from '../sigma-scheduler.js';

/** The keys of both DPM2 classes. */
export const keysOfKdpm2 = { ...gridKeysOfStableDiffusion, ...linspaceKeys, ...sigmaKeys } as const;

/**
 * `KDPM2DiscreteScheduler`: for networks of ε and of v. Karras' levels are told as whole timesteps, the middle of a step
 * never is.
 */
export const kdpm2Scheduler = sigmaScheduler({
  name: 'KDPM2DiscreteScheduler',
  options: keysOfKdpm2,
  resolve: (config) => resolve('KDPM2DiscreteScheduler', keysOfKdpm2, meaningfulKeys(config, keysOfKdpm2)),
  sampler: { name: 'dpm2', options: { arithmetic: 'float32' } },
  betaSchedules: usualBetas,
  predictions: ['epsilon', 'v_prediction'],
  told: 'rounded',
});
