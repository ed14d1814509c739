import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  flowKeys,
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
import {
  clippedKeys,
  endingKeys,
  formOf,
  multistepSamplers,
  readFlowLevels,
  readMultistep,
  readSolverLevels,
  solverKeys,
  writeMultistep,
  writeSolverLevels,
} from '../dpm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'DPMSolverMultistepInverseScheduler';

const keysOfInverse = {
  ...gridKeys,
  ...thresholdKeys,
  ...linspaceKeys,
  ...sigmaKeys,
  ...flowKeys,
  ...solverKeys,
  ...endingKeys,
  ...clippedKeys,
} as const;

/**
 * `DPMSolverMultistepInverseScheduler`: from a picture to its noise. Linspace timesteps walk the levels of
 * DPMSolverMultistepScheduler in the opposite order, from the first training level to the last. Leading timesteps end
 * there in one long step; trailing ones, and σ chosen otherwise, in a step of no length. Where several of Karras' σ round to
 * one timestep, diffusers leaves out as many steps at the end; here all are walked. The straight path of
 * `use_flow_sigmas` is walked down and not up, as diffusers does: its last step has no length. The SDE is not read: it has
 * no way up.
 */
export const dpmSolverMultistepInverseScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['dpm-solver-inverse', ...multistepSamplers],
  write(scheme) {
    const { name, options = {} } = scheme.sampler;
    const inverse = {
      solver_order: options['order'] ?? 2,
      algorithm_type: options['of'] === 'noise' ? 'dpmsolver' : 'dpmsolver++',
      solver_type: options['form'] ?? 'midpoint',
      lower_order_final: options['lowerOrderFinal'] ?? false,
      euler_at_final: options['eulerAtFinal'] ?? false,
    };
    const said = {
      ...writeSolverLevels(who, scheme),
      ...writeLimit(who, scheme),
      ...(name === 'dpm-solver-inverse' ? inverse : writeMultistep(scheme)),
    };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfInverse), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfInverse, meaningfulKeys(config, keysOfInverse));
  const { algorithm_type: algorithm } = keys;
  if (algorithm.startsWith('sde')) {
    throw unsupported({ who, key: 'algorithm_type', value: algorithm, known: ['dpmsolver', 'dpmsolver++'] });
  }
  const bySigma = keys.use_karras_sigmas || keys.use_exponential_sigmas || keys.use_beta_sigmas;
  const context = {
    who,
    keys: { ...keys, final_sigmas_type: 'sigma_min' },
    config,
    told: keys.use_karras_sigmas ? 'rounded' : 'truncated',
  } as const;
  const limit = readLimit(keys);
  if (keys.use_flow_sigmas && !bySigma) {
    const { steps, ...levels } = readFlowLevels(context);
    const down = { ...steps, options: { ...steps.options, end: 'last' } };
    return { ...levels, steps: down, sampler: readMultistep(who, keys), limit };
  }
  const { steps, ...levels } = readSolverLevels({ ...context, keys: { ...context.keys, use_flow_sigmas: false } });
  return {
    ...levels,
    steps: bySigma || keys.timestep_spacing !== 'linspace' ? fromAbove(steps) : steps,
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
    limit,
  };
}

/** The same steps with the most noise of training before them, and nothing after. */
function fromAbove({ name, options: { last: _, ...options } = {} }: Scheme['steps']): Scheme['steps'] {
  return { name, options: { ...options, end: 'above' } };
}
