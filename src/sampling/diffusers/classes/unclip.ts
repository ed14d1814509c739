import { choice, integer, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { clipKeys, knownOf, meaningfulKeys, readLimit, readPrediction, writeGrid, writeLimit } from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'UnCLIPScheduler';

const keysOfUnclip = {
  num_train_timesteps: integer({ default: 1000, min: 1, max: 1e6, help: 'Length of the training chain.' }),
  variance_type: choice(['fixed_small_log', 'learned_range'], {
    default: 'fixed_small_log',
    help: 'Variance of a step.',
  }),
  ...clipKeys,
  prediction_type: choice(['epsilon', 'sample'], { default: 'epsilon', help: 'What the network predicts.' }),
  beta_schedule: choice(['squaredcos_cap_v2'], { default: 'squaredcos_cap_v2', help: 'The cosine schedule.' }),
} as const;

/** `UnCLIPScheduler`: DDPM on the cosine schedule, for the prior and the decoders of Karlo and DALL·E 2. */
export const unclipScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['ddpm'],
  write(scheme) {
    const said = knownOf({ ...writeGrid(who, scheme), ...writeLimit(who, scheme) }, keysOfUnclip);
    const { trained_betas: _, ...keys } = said;
    const learned = scheme.sampler.options?.['variance'] === 'learned-range';
    const variance_type = learned ? 'learned_range' : 'fixed_small_log';
    return checkedWrite({ who, scheme, keys: { ...keys, variance_type }, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfUnclip, meaningfulKeys(config, keysOfUnclip));
  const variance = keys.variance_type === 'learned_range' ? 'learned-range' : 'small';
  return {
    grid: {
      schedule: 'cosine',
      options: {},
      count: keys.num_train_timesteps,
      zeroTerminalSnr: false,
      arithmetic: 'float32',
    },
    prediction: readPrediction({ who, keys, config }),
    steps: { name: 'linspace' },
    sampler: { name: 'ddpm', options: { variance, arithmetic: 'float32-listed' } },
    limit: readLimit(keys),
  };
}
