import { ToolkitError } from '../../../core/errors.js';
import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  finalKeys,
  flowKeys,
  gridKeys,
  knownOf,
  linspaceKeys,
  luKeys,
  meaningfulKeys,
  readLimit,
  sigmaKeys,
  thresholdKeys,
  writeLimit,
  zeroSnrKeys,
} from '../common-keys.js';
import {
  clippedKeys,
  endingKeys,
  multistepSamplers,
  readMultistep,
  readSolverLevels,
  solverKeys,
  writeMultistep,
  writeSolverLevels,
} from '../dpm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'DPMSolverMultistepScheduler';

const keysOfMultistep = {
  ...gridKeys,
  ...zeroSnrKeys,
  ...thresholdKeys,
  ...linspaceKeys,
  ...sigmaKeys,
  ...luKeys,
  ...flowKeys,
  ...finalKeys,
  ...solverKeys,
  ...endingKeys,
  ...clippedKeys,
} as const;

/**
 * `DPMSolverMultistepScheduler`: DPM-Solver and DPM-Solver++ of orders 1 to 3 with a memory, on the ODE or the SDE.
 * Order 3 reads as `curvature: 'half'` (`'shifted'` on the SDE), which is what it computes. The noise of the SDE types is
 * drawn from one Brownian motion here and afresh in every step there.
 */
export const dpmSolverMultistepScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: multistepSamplers,
  write(scheme) {
    const said = { ...writeSolverLevels(who, scheme), ...writeLimit(who, scheme), ...writeMultistep(scheme) };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfMultistep), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfMultistep, meaningfulKeys(config, keysOfMultistep));
  refuseEndless(who, keys);
  const exact = keys.beta_schedule === 'squaredcos_cap_v2' || !(keys.use_karras_sigmas || keys.use_lu_lambdas);
  return {
    ...readSolverLevels({ who, keys, config, told: exact ? 'truncated' : 'rounded' }),
    sampler: readMultistep(who, keys),
    limit: readLimit(keys),
  };
}

/** What diffusers refuses as well: solvers that hold the noise have no step to σ = 0. */
export function refuseEndless(
  name: string,
  keys: { readonly algorithm_type: string; readonly final_sigmas_type: string },
): void {
  if (!(keys.algorithm_type.endsWith('dpmsolver') && keys.final_sigmas_type === 'zero')) return;
  throw new ToolkitError(
    'bad-option',
    `${name}: algorithm_type "${keys.algorithm_type}" needs final_sigmas_type "sigma_min", got "zero".`,
  );
}
