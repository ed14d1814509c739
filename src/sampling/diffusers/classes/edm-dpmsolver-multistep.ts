import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { knownOf, meaningfulKeys, readLimit, thresholdKeys, unsupported, writeLimit } from '../common-keys.js';
import { multistepSamplers, readMultistep, writeMultistep } from '../dpm-keys.js';
import { edmSolverKeys, readEdmLevels, usualEdm, writeEdmLevels } from '../edm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'EDMDPMSolverMultistepScheduler';

const keysOfEdm = {
  ...edmSolverKeys(usualEdm),
  ...thresholdKeys,
} as const;

/**
 * `EDMDPMSolverMultistepScheduler`: DPM-Solver++ with a memory for networks with the preconditioning of EDM.
 * `prediction_type` says no more than the sign of what the network says.
 */
export const edmDpmSolverMultistepScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: multistepSamplers,
  write(scheme) {
    const said = { ...writeEdmLevels(scheme), ...writeLimit(who, scheme), ...writeMultistep(scheme) };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfEdm), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfEdm, meaningfulKeys(config, keysOfEdm));
  if (keys.algorithm_type.endsWith('dpmsolver')) {
    throw unsupported({
      who,
      key: 'algorithm_type',
      value: keys.algorithm_type,
      known: ['dpmsolver++', 'sde-dpmsolver++'],
    });
  }
  if (keys.algorithm_type === 'sde-dpmsolver++' && keys.solver_order === 3) {
    throw unsupported({ who, key: 'solver_order', value: '3', known: ['1', '2 with sde-dpmsolver++'] }); // fails there too
  }
  return { ...readEdmLevels(keys, 'log-sigma'), sampler: readMultistep(who, keys), limit: readLimit(keys) };
}
