import { show, ToolkitError } from '../../../core/errors.js';
import { choice, flag, integer, number, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { readAdamsLevels, writeAdamsLevels } from '../adams-levels.js';
import { checkedWrite } from '../checked-write.js';
import {
  finalKeys,
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
  zeroSnrKeys,
} from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'UniPCMultistepScheduler';

const keysOfUnipc = {
  ...gridKeys,
  ...zeroSnrKeys,
  ...thresholdKeys,
  ...linspaceKeys,
  ...sigmaKeys,
  ...flowKeys,
  ...finalKeys,
  solver_order: integer({ default: 2, min: 1, max: 3, help: 'The p of UniPC-p.' }),
  predict_x0: flag({ default: true, help: 'Whether the clean value or the noise is extrapolated.' }),
  solver_type: choice(['bh1', 'bh2', 'midpoint', 'heun', 'logrho'], { default: 'bh2', help: 'B(h).' }),
  lower_order_final: flag({ default: true, help: 'Lowers the order in the last steps.' }),
  sigma_min: number({ default: null, min: 0, help: 'Least σ/α of levels chosen by σ.' }),
  sigma_max: number({ default: null, min: 0, help: 'Most σ/α of levels chosen by σ.' }),
  shift_terminal: number({ default: null, min: 0, max: 0.999, help: 'Stretches the levels of a flow to end here.' }),
  use_dynamic_shifting: flag({ help: 'The shift follows the size of the picture.' }),
} as const;

/**
 * `UniPCMultistepScheduler`. `solver_p`, another scheduler as predictor, is a Python object and cannot be read. With
 * `use_dynamic_shifting` the shift is an argument of `set_timesteps` there: give the steps of the scheme their shift.
 */
export const unipcMultistepScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['unipc'],
  write(scheme) {
    const { order = 2, solver = 'bh2', prediction = 'data', lowerOrderFinal = false } = scheme.sampler.options ?? {};
    const disabled = (scheme.sampler.options?.['disableCorrector'] ?? '') as string;
    const said = {
      ...writeAdamsLevels(who, scheme),
      ...writeLimit(who, scheme),
      solver_order: order,
      solver_type: solver,
      predict_x0: prediction === 'data',
      lower_order_final: lowerOrderFinal,
      shift_terminal: scheme.steps.options?.['terminal'] ?? null,
    };
    const keys = { ...knownOf(said, keysOfUnipc), disable_corrector: disabled.split(',').filter(Boolean).map(Number) };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfUnipc, meaningfulKeys(config, keysOfUnipc, ['disable_corrector', 'solver_p']));
  if (config['solver_p'] !== undefined && config['solver_p'] !== null) {
    throw unsupported({ who, key: 'solver_p', value: show(config['solver_p']), known: ['null'] });
  }
  if (keys.use_dynamic_shifting) {
    throw unsupported({ who, key: 'use_dynamic_shifting', value: 'true', known: ['false'] });
  }
  if (keys.shift_terminal !== null && !keys.use_flow_sigmas) {
    const value = String(keys.shift_terminal);
    throw unsupported({ who, key: 'shift_terminal', value, known: ['null without use_flow_sigmas'] });
  }
  return {
    ...readAdamsLevels({ who, keys, config, flow: { most: 1 - 1e-6, terminal: keys.shift_terminal || null } }),
    sampler: {
      name: 'unipc',
      options: {
        order: keys.solver_order,
        solver: keys.solver_type === 'bh1' ? 'bh1' : 'bh2', // others stand for bh2 in diffusers
        prediction: keys.predict_x0 ? 'data' : 'noise',
        lowerOrderFinal: keys.lower_order_final,
        disableCorrector: readDisabled(config['disable_corrector']).join(),
      },
    },
    limit: keys.predict_x0 ? readLimit(keys) : null, // diffusers knows no clean value in the noise form
  };
}

function readDisabled(steps: unknown): readonly number[] {
  if (steps === undefined || steps === null) return [];
  if (Array.isArray(steps) && steps.every((step) => Number.isInteger(step) && step >= 0)) return steps as number[];
  throw new ToolkitError('bad-option', `${who}: disable_corrector must be a list of step numbers, got ${show(steps)}.`);
}
