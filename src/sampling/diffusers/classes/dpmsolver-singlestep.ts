import { flag, resolve } from '../../../core/options.js';
import type { SamplerName } from '../../samplers/index.js';
import type { Choice, Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  finalKeys,
  flowKeys,
  gridKeys,
  knownOf,
  meaningfulKeys,
  readLimit,
  sigmaKeys,
  thresholdKeys,
  unsupported,
  writeLimit,
} from '../common-keys.js';
import { clippedKeys, formOf, readSolverLevels, type SolverKeys, solverKeys, writeSolverLevels } from '../dpm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';
import { refuseEndless } from './dpmsolver-multistep.js';

const who = 'DPMSolverSinglestepScheduler';

const keysOfSinglestep = {
  ...gridKeys,
  ...thresholdKeys,
  ...sigmaKeys,
  ...flowKeys,
  ...finalKeys,
  ...solverKeys,
  lower_order_final: flag({ help: 'Ends with a step of order 1.' }),
  ...clippedKeys,
} as const;

/**
 * `DPMSolverSinglestepScheduler`: groups of `solver_order` steps. With `final_sigmas_type: "zero"` diffusers switches
 * `lower_order_final` on, and so does reading. The noise of the SDE type lies on one Brownian motion here; there every
 * step draws afresh.
 */
export const dpmSolverSinglestepScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['dpm-solver-singlestep', 'dpm-solver-singlestep-sde'],
  write(scheme) {
    const { name, options = {} } = scheme.sampler;
    const plain = options['of'] === 'noise' ? 'dpmsolver' : 'dpmsolver++';
    const said = {
      ...writeSolverLevels(who, scheme),
      ...writeLimit(who, scheme),
      solver_order: options['order'] ?? 2,
      algorithm_type: name === 'dpm-solver-singlestep-sde' ? 'sde-dpmsolver++' : plain,
      solver_type: options['form'] ?? 'midpoint',
      lower_order_final: options['lowerOrderFinal'] ?? false,
    };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfSinglestep), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfSinglestep, meaningfulKeys(config, keysOfSinglestep));
  refuseEndless(who, keys);
  const spaced = { ...keys, timestep_spacing: 'linspace', steps_offset: 0 } as const;
  return {
    ...readSolverLevels({ who, keys: spaced, config, told: keys.use_karras_sigmas ? 'rounded' : 'truncated' }),
    sampler: readSinglestep({
      ...keys,
      lower_order_final: keys.lower_order_final || keys.final_sigmas_type === 'zero',
    }),
    limit: readLimit(keys),
  };
}

function readSinglestep(keys: SolverKeys & { readonly lower_order_final: boolean }): Choice<SamplerName> {
  const { algorithm_type: algorithm, solver_order: order, lower_order_final: lowerOrderFinal } = keys;
  const options = { order, form: formOf(keys), lowerOrderFinal };
  if (algorithm === 'sde-dpmsolver') {
    throw unsupported({
      who,
      key: 'algorithm_type',
      value: algorithm,
      known: ['dpmsolver', 'dpmsolver++', 'sde-dpmsolver++'],
    });
  }
  if (algorithm === 'sde-dpmsolver++') {
    return { name: 'dpm-solver-singlestep-sde', options: { ...options, curvature: 'shifted' } };
  }
  return { name: 'dpm-solver-singlestep', options: { ...options, of: algorithm === 'dpmsolver' ? 'noise' : 'data' } };
}
