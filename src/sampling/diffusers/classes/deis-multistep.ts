import { choice, flag, integer, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { readAdamsLevels, writeAdamsLevels } from '../adams-levels.js';
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
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'DEISMultistepScheduler';

const keysOfDeis = {
  ...gridKeys,
  ...thresholdKeys,
  ...linspaceKeys,
  ...sigmaKeys,
  ...flowKeys,
  solver_order: integer({ default: 2, min: 1, max: 3, help: 'How many levels the polynomial goes through.' }),
  algorithm_type: choice(['deis', 'dpmsolver', 'dpmsolver++'], { default: 'deis', help: 'All stand for deis.' }),
  solver_type: choice(['logrho', 'midpoint', 'heun', 'bh1', 'bh2'], {
    default: 'logrho',
    help: 'All stand for logrho.',
  }),
  lower_order_final: flag({ default: true, help: 'Lowers the order at the end of walks of fewer than 15 steps.' }),
  use_dynamic_shifting: flag({ help: 'The shift follows the size of the picture.' }),
} as const;

/** `DEISMultistepScheduler`: polynomials in ln ρ, ending at the least noise of training and not without any. */
export const deisMultistepScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['deis'],
  write(scheme) {
    const { order = 3, lowerOrderFinal = false } = scheme.sampler.options ?? {};
    const said = {
      ...writeAdamsLevels(who, scheme),
      ...writeLimit(who, scheme),
      solver_order: order,
      lower_order_final: lowerOrderFinal,
    };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfDeis), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfDeis, meaningfulKeys(config, keysOfDeis));
  if (keys.use_dynamic_shifting && keys.use_flow_sigmas) {
    throw unsupported({ who, key: 'use_dynamic_shifting', value: 'true', known: ['false with use_flow_sigmas'] });
  }
  return {
    ...readAdamsLevels({ who, keys: { ...keys, final_sigmas_type: 'sigma_min' }, config }),
    sampler: {
      name: 'deis',
      options: {
        order: keys.solver_order,
        polynomial: 'log-rho',
        lowerOrderFinal: keys.lower_order_final,
        arithmetic: 'float32',
      },
    },
    limit: readLimit(keys),
  };
}
