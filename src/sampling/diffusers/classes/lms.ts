import { resolve } from '../../../core/options.js';
import { gridKeys, linspaceKeys, meaningfulKeys, sigmaKeys, usualBetas } from '../common-keys.js';
import { sigmaScheduler } from '../sigma-scheduler.js';

const keysOfLms = { ...gridKeys, ...linspaceKeys, ...sigmaKeys } as const;

/** `LMSDiscreteScheduler`, of order 4: the order is an argument of its `step`, not of its config. */
export const lmsScheduler = sigmaScheduler({
  name: 'LMSDiscreteScheduler',
  options: keysOfLms,
  resolve: (config) => resolve('LMSDiscreteScheduler', keysOfLms, meaningfulKeys(config, keysOfLms)),
  sampler: { name: 'lms', options: { order: 4, arithmetic: 'float32' } },
  betaSchedules: usualBetas,
});
