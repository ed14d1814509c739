import { flag, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  gridKeys,
  knownOf,
  leadingKeys,
  meaningfulKeys,
  readGrid,
  readPrediction,
  readSpacing,
  usualBetas,
  writeGrid,
  writeSpacing,
} from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'PNDMScheduler';

const keysOfPndm = {
  ...gridKeys,
  ...leadingKeys,
  skip_prk_steps: flag({ help: 'Starts with two evaluations in the first step instead of four in each of three.' }),
  set_alpha_to_one: flag({ help: 'Ends without noise; otherwise at the first training level.' }),
} as const;

/**
 * `PNDMScheduler`, with the habits that models are used with: steps land ⌊N/count⌋ indices down, beside the next level for
 * trailing and linspace spacing; the levels of its Runge–Kutta start are half such a stride away; and of models that
 * predict v it averages v.
 */
export const pndmScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['pndm'],
  write(scheme) {
    const { steps, sampler } = scheme;
    const said = {
      ...writeGrid(who, scheme),
      ...writeSpacing(who, scheme),
      skip_prk_steps: (sampler.options?.['start'] ?? 'heun') === 'heun',
      set_alpha_to_one: (steps.options?.['end'] ?? 'clean') === 'clean',
    };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfPndm), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfPndm, meaningfulKeys(config, keysOfPndm));
  const { name, offset } = readSpacing(keys);
  const prediction = readPrediction({ who, keys, config, known: ['epsilon', 'v_prediction'] });
  const start = keys.skip_prk_steps ? 'heun' : 'runge-kutta';
  return {
    grid: readGrid({ who, keys, config, known: usualBetas }),
    prediction,
    steps: { name, options: { ...offset, end: keys.set_alpha_to_one ? 'clean' : 'first', landing: start } },
    sampler: {
      name: 'pndm',
      options: { start, slope: prediction === 'v' ? 'velocity' : 'noise', arithmetic: 'float32' },
    },
    limit: null,
    start: 'unit',
  };
}
