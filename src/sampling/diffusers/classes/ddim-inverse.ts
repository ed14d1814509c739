import { choice, flag, resolve } from '../../../core/options.js';
import type { PredictionName } from '../../../diffusion/processes/predictions.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  clipKeys,
  gridKeys,
  knownOf,
  leadingKeys,
  meaningfulKeys,
  readGrid,
  readLimit,
  readPrediction,
  readSpacing,
  usualBetas,
  writeCommon,
  zeroSnrKeys,
} from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'DDIMInverseScheduler';

const keysOfInverse = {
  ...gridKeys,
  ...zeroSnrKeys,
  ...clipKeys,
  ...leadingKeys,
  timestep_spacing: choice(['leading', 'trailing'], { default: 'leading', help: 'Choice of timesteps.' }),
  set_alpha_to_one: flag({ default: true, help: 'Starts at the picture; otherwise at the first training level.' }),
  set_alpha_to_zero: flag({ default: false, help: 'The name that set_alpha_to_one had here in 2022.' }),
} as const;

/**
 * `DDIMInverseScheduler`: DDIM backwards, from a picture to its noise. The network is asked at the timestep that a step
 * goes to and its answer is used at the level left, as it is for ε, v or x₀. A network of x₀ cannot start at the picture
 * itself, where x₀ says nothing about the noise: it needs `set_alpha_to_one: false`.
 */
export const ddimInverseScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['ddim-inverse'],
  write(scheme) {
    const end = scheme.steps.options?.['end'] ?? 'clean';
    const keys = { ...knownOf(writeCommon(who, scheme), keysOfInverse), set_alpha_to_one: end === 'clean' };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfInverse, meaningfulKeys(config, keysOfInverse));
  const { name, offset } = readSpacing(keys);
  const prediction = readPrediction({ who, keys, config });
  const starts = 'set_alpha_to_zero' in config ? keys.set_alpha_to_zero : keys.set_alpha_to_one;
  return {
    grid: readGrid({ who, keys, config, known: usualBetas }),
    prediction,
    steps: { name, options: { ...offset, end: starts ? 'clean' : 'first', landing: 'stride' } },
    sampler: { name: 'ddim-inverse', options: { holds: holdsOf(prediction) } },
    limit: readLimit(keys),
  };
}

const holdsOf = (prediction: PredictionName): string =>
  prediction === 'v' || prediction === 'x0' ? prediction : 'epsilon';
