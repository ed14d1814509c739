import { integer, number, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { lengthOf, meaningfulKeys } from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'ScoreSdeVeScheduler';

const keysOfScoreSde = {
  num_train_timesteps: integer({ default: 2000, min: 1, max: 1e6, help: 'Number of levels.' }),
  snr: number({ default: 0.15, min: 0, max: 10, help: 'Size of the steps of the corrector.' }),
  sigma_min: number({ default: 0.01, min: 1e-6, max: 1e6, help: 'Least noise.' }),
  sigma_max: number({ default: 1348, min: 1e-6, max: 1e6, help: 'Most noise.' }),
  sampling_eps: number({ default: 1e-5, min: 0, max: 0.5, help: 'The time of the least noise.' }),
  correct_steps: integer({ default: 1, min: 0, max: 100, help: 'Steps of the corrector at every level.' }),
} as const;

/**
 * `ScoreSdeVeScheduler`: predictor and corrector for networks that say the score of variance-exploding levels. The last
 * step ends without the noise that diffusers adds and its pipeline takes away again (`prev_sample_mean`).
 */
export const scoreSdeVeScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['reverse-diffusion'],
  write(scheme) {
    const { grid, sampler, precondition } = scheme;
    const options = 'betas' in grid ? {} : grid.options;
    const keys = {
      num_train_timesteps: lengthOf(grid),
      snr: sampler.options?.['snr'] ?? 0.16,
      sigma_min: options['sigmaMin'] ?? 0.01,
      sigma_max: options['sigmaMax'] ?? 50,
      sampling_eps: precondition?.options?.['epsilon'] ?? 0,
      correct_steps: sampler.options?.['corrections'] ?? 1,
    };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfScoreSde, meaningfulKeys(config, keysOfScoreSde));
  const { num_train_timesteps: count, sigma_min: sigmaMin, sigma_max: sigmaMax, snr, correct_steps } = keys;
  return {
    grid: { schedule: 've', options: { sigmaMin, sigmaMax }, count, zeroTerminalSnr: false },
    prediction: 'score',
    precondition: { name: 'exploding', options: { epsilon: keys.sampling_eps } },
    steps: { name: 'geometric' },
    sampler: {
      name: 'reverse-diffusion',
      options: { snr, corrections: correct_steps, corrects: 'before', norms: 'batch' },
    },
    limit: null,
    start: 'sigma',
  };
}
