import { resolve } from '../../../core/options.js';
import { gridKeys, linspaceKeys, meaningfulKeys, usualBetas, zeroSnrKeys } from '../common-keys.js';
import { sigmaScheduler } from '../sigma-scheduler.js';

const keysOfEulerAncestral = { ...gridKeys, ...zeroSnrKeys, ...linspaceKeys } as const;

/** `EulerAncestralDiscreteScheduler`: for networks of ε and of v, by timesteps alone. */
export const eulerAncestralScheduler = sigmaScheduler({
  name: 'EulerAncestralDiscreteScheduler',
  options: keysOfEulerAncestral,
  resolve: (config) =>
    resolve('EulerAncestralDiscreteScheduler', keysOfEulerAncestral, meaningfulKeys(config, keysOfEulerAncestral)),
  sampler: { name: 'euler-ancestral', options: { eta: 1, arithmetic: 'float32' } },
  betaSchedules: usualBetas,
  predictions: ['epsilon', 'v_prediction'],
});
