import { resolve } from '../../../core/options.js';
import { meaningfulKeys, usualBetas } from '../common-keys.js';
import { sigmaScheduler } from '../sigma-scheduler.js';
import { keysOfKdpm2 } from './kdpm2.js';

/** `KDPM2AncestralDiscreteScheduler`: DPM2 down to σ_down, then fresh noise; otherwise like `KDPM2DiscreteScheduler`. */
export const kdpm2AncestralScheduler = sigmaScheduler({
  name: 'KDPM2AncestralDiscreteScheduler',
  options: keysOfKdpm2,
  resolve: (config) => resolve('KDPM2AncestralDiscreteScheduler', keysOfKdpm2, meaningfulKeys(config, keysOfKdpm2)),
  sampler: { name: 'dpm2-ancestral', options: { eta: 1, arithmetic: 'float32' } },
  betaSchedules: usualBetas,
  predictions: ['epsilon', 'v_prediction'],
  told: 'rounded',
});
