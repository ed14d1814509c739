import { flag, resolve } from '../../../core/options.js';
import { clipKeys, gridKeysOfStableDiffusion, linspaceKeys, meaningfulKeys, sigmaKeys } from '../common-keys.js';
import { sigmaScheduler } from '../sigma-scheduler.js';

const keysOfHeun = {
  ...gridKeysOfStableDiffusion,
  ...linspaceKeys,
  ...sigmaKeys,
  ...clipKeys,
  clip_sample: flag({ help: 'Clips the predicted clean value.' }),
} as const;

/** `HeunDiscreteScheduler`: two evaluations a step, and the timesteps of all but the first stand twice in its list. */
export const heunScheduler = sigmaScheduler({
  name: 'HeunDiscreteScheduler',
  options: keysOfHeun,
  resolve: (config) => resolve('HeunDiscreteScheduler', keysOfHeun, meaningfulKeys(config, keysOfHeun)),
  sampler: { name: 'heun', options: { arithmetic: 'float32' } },
  betaSchedules: ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'exp'],
});
