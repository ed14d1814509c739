import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  gridKeys,
  knownOf,
  linspaceKeys,
  meaningfulKeys,
  readLimit,
  sigmaKeys,
  thresholdKeys,
  unsupported,
  writeLimit,
} from '../common-keys.js';
import { clippedKeys, endingKeys, formOf, readSolverLevels, solverKeys, writeSolverLevels } from '../dpm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'DPMSolverMultistepInverseScheduler';

const keysOfInverse = {
  ...gridKeys,
  ...thresholdKeys,
  ...linspaceKeys,
  ...sigmaKeys,
  ...solverKeys,
  ...endingKeys,
  ...clippedKeys,
} as const;

/**
 * `DPMSolverMultistepInverseScheduler`: from a picture to its noise. Linspace timesteps walk the levels of
 * DPMSolverMultistepScheduler in the opposite order, from the first training level to the last. With σ chosen otherwise
 * diffusers ends with a step of no length, which is left out here; leading and trailing timesteps end there in one long
 * step and in a step of no length, and are not read. Nor is the SDE, which has no way up.
 */
export const dpmSolverMultistepInverseScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['dpm-solver-inverse'],
  write(scheme) {
    const { options = {} } = scheme.sampler;
    const said = {
      ...writeSolverLevels(who, scheme),
      ...writeLimit(who, scheme),
      solver_order: options['order'] ?? 2,
      algorithm_type: options['of'] === 'noise' ? 'dpmsolver' : 'dpmsolver++',
      solver_type: options['form'] ?? 'midpoint',
      lower_order_final: options['lowerOrderFinal'] ?? false,
      euler_at_final: options['eulerAtFinal'] ?? false,
    };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfInverse), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfInverse, meaningfulKeys(config, keysOfInverse));
  const { algorithm_type: algorithm, timestep_spacing: spacing } = keys;
  if (algorithm.startsWith('sde')) {
    throw unsupported({ who, key: 'algorithm_type', value: algorithm, known: ['dpmsolver', 'dpmsolver++'] });
  }
  const bySigma = keys.use_karras_sigmas || keys.use_exponential_sigmas || keys.use_beta_sigmas;
  if (spacing !== 'linspace' && !bySigma) {
    throw unsupported({ who, key: 'timestep_spacing', value: spacing, known: ['linspace'] });
  }
  const levels = readSolverLevels({
    who,
    keys: { ...keys, final_sigmas_type: 'sigma_min' },
    config,
    told: keys.use_karras_sigmas ? 'rounded' : 'truncated',
  });
  const steps = bySigma ? { ...levels.steps, options: { ...levels.steps.options, end: 'last' } } : levels.steps;
  return {
    ...levels,
    steps,
    sampler: {
      name: 'dpm-solver-inverse',
      options: {
        order: keys.solver_order,
        of: algorithm === 'dpmsolver' ? 'noise' : 'data',
        form: formOf(keys),
        curvature: 'half',
        lowerOrderFinal: keys.lower_order_final,
        eulerAtFinal: keys.euler_at_final,
      },
    },
    limit: readLimit(keys),
  };
}
