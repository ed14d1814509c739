import { choice, flag, integer, number, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  clipKeys,
  gridKeys,
  knownOf,
  meaningfulKeys,
  readGrid,
  readLimit,
  readPrediction,
  thresholdKeys,
  unwritable,
  usualBetas,
  writeGrid,
  writeLimit,
  zeroSnrKeys,
} from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

/** The keys of `LCMScheduler` and `TCDScheduler`, with their defaults. */
export const distilledKeys = {
  ...gridKeys,
  ...zeroSnrKeys,
  ...clipKeys,
  ...thresholdKeys,
  beta_start: number({ default: 0.00085, min: 0, max: 1, help: 'First β.' }),
  beta_end: number({ default: 0.012, min: 0, max: 1, help: 'Last β.' }),
  beta_schedule: choice(gridKeys.beta_schedule.values, { default: 'scaled_linear', help: 'How β goes to the last.' }),
  clip_sample: flag({ help: 'Clips the predicted clean value.' }),
  original_inference_steps: integer({ default: 50, min: 1, max: 1e6, help: 'Levels the network was distilled on.' }),
  timestep_scaling: number({
    default: 10,
    min: 0,
    max: 1e6,
    help: 'How soon after timestep 0 the network has its say.',
  }),
} as const;

const who = 'LCMScheduler';

/**
 * `LCMScheduler`: latent consistency models. Clipping changes the answer after it is bent to x at timestep 0 instead of
 * before, a difference of less than 10⁻⁵ past the first timestep that is visited.
 */
export const lcmScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['lcm'],
  write(scheme) {
    const { steps, precondition } = scheme;
    if (precondition?.name !== 'latent-consistency')
      throw unwritable(who, 'a network that is no latent consistency model');
    const said = { ...writeGrid(who, { ...scheme, precondition: { name: 'discrete' } }), ...writeLimit(who, scheme) };
    const keys = {
      ...knownOf(said, distilledKeys),
      original_inference_steps: steps.options?.['taught'] ?? 50,
      timestep_scaling: precondition.options?.['scaling'] ?? 10,
    };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, distilledKeys, meaningfulKeys(config, distilledKeys));
  return {
    grid: readGrid({ who, keys, config, known: usualBetas }),
    prediction: readPrediction({ who, keys, config }),
    precondition: { name: 'latent-consistency', options: { scaling: keys.timestep_scaling } },
    steps: { name: 'distilled', options: { taught: keys.original_inference_steps } },
    sampler: { name: 'lcm' },
    limit: readLimit(keys),
  };
}
