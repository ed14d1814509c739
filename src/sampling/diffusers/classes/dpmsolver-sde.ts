import { resolve } from '../../../core/options.js';
import { gridKeysOfStableDiffusion, linspaceKeys, meaningfulKeys, sigmaKeys, usualBetas } from '../common-keys.js';
import { sigmaScheduler } from '../sigma-scheduler.js';

const keysOfSde = { ...gridKeysOfStableDiffusion, ...linspaceKeys, ...sigmaKeys } as const;

/**
 * `DPMSolverSDEScheduler`: DPM-Solver++ SDE at η = 1 with the inner level half-way in ln σ. Its noise comes from a Brownian
 * tree of torchsde; ours comes from another Brownian motion, so pictures of one seed differ while all else agrees.
 * `noise_sampler_seed` says nothing here: the key of a walk does.
 */
export const dpmSolverSdeScheduler = sigmaScheduler({
  name: 'DPMSolverSDEScheduler',
  options: keysOfSde,
  resolve: (config) =>
    resolve('DPMSolverSDEScheduler', keysOfSde, meaningfulKeys(config, keysOfSde, ['noise_sampler_seed'])),
  sampler: { name: 'dpmpp-sde' },
  betaSchedules: usualBetas,
  predictions: ['epsilon', 'v_prediction'],
});
