import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { knownOf, meaningfulKeys } from '../common-keys.js';
import { multistepSamplers, readMultistep, writeMultistep } from '../dpm-keys.js';
import { edmSolverKeys, readEdmLevels, writeEdmLevels } from '../edm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'CosineDPMSolverMultistepScheduler';

const { algorithm_type: _, ...keysOfCosine } = edmSolverKeys({
  sigmaMin: 0.3,
  sigmaMax: 500,
  sigmaData: 1,
  schedule: 'exponential',
  prediction: 'v_prediction',
});

/**
 * `CosineDPMSolverMultistepScheduler` (Stable Audio): SDE-DPM-Solver++ with a memory for networks with the
 * preconditioning of EDM that are told the angle of a level, arctan(σ)·2/π. Its noise comes from a Brownian tree of
 * torchsde; ours comes from another Brownian motion, so results of one seed differ while all else agrees.
 */
export const cosineDpmSolverMultistepScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: multistepSamplers,
  write(scheme) {
    const said = { ...writeEdmLevels(scheme), ...writeMultistep(scheme) };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfCosine), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfCosine, meaningfulKeys(config, keysOfCosine));
  const solver = { ...keys, algorithm_type: 'sde-dpmsolver++' } as const;
  return { ...readEdmLevels(solver, 'angle'), sampler: readMultistep(who, solver), limit: null };
}
