import { flag, integer, number, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { lengthOf, meaningfulKeys } from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'CMStochasticIterativeScheduler';

const keysOfConsistency = {
  num_train_timesteps: integer({ default: 40, min: 1, max: 1e6, help: 'Levels at the end of training.' }),
  sigma_min: number({ default: 0.002, min: 1e-9, max: 1e6, help: 'Level on which the answers lie.' }),
  sigma_max: number({ default: 80, min: 1e-9, max: 1e6, help: 'Most noise.' }),
  sigma_data: number({ default: 0.5, min: 1e-6, max: 1e6, help: 'Standard deviation of the data.' }),
  s_noise: number({ default: 1, min: 0, max: 10, help: 'Factor of the noise that is put back.' }),
  rho: number({ default: 7, min: 1, max: 100, help: "Karras' exponent." }),
  clip_denoised: flag({ default: true, help: 'Clips answers to [−1, 1].' }),
} as const;

/** `CMStochasticIterativeScheduler`: consistency models, in one step or several. */
export const cmStochasticIterativeScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['consistency'],
  write(scheme) {
    const { grid, steps, sampler, precondition, limit } = scheme;
    const { sigmaMin = 0.002, sigmaMax = 80, rho = 7 } = steps.options ?? {};
    const keys = {
      num_train_timesteps: lengthOf(grid),
      sigma_min: sigmaMin,
      sigma_max: sigmaMax,
      sigma_data: precondition?.options?.['sigmaData'] ?? 0.5,
      s_noise: sampler.options?.['noise'] ?? 1,
      rho,
      clip_denoised: limit !== null,
    };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfConsistency, meaningfulKeys(config, keysOfConsistency));
  const { sigma_min: sigmaMin, sigma_max: sigmaMax, sigma_data: sigmaData, s_noise: noise, rho } = keys;
  return {
    grid: { schedule: 've', options: { sigmaMin, sigmaMax }, count: keys.num_train_timesteps, zeroTerminalSnr: false },
    prediction: 'x0',
    precondition: { name: 'consistency', options: { sigmaData, epsilon: sigmaMin } },
    steps: { name: 'consistency', options: { sigmaMin, sigmaMax, rho } },
    sampler: { name: 'consistency', options: { epsilon: sigmaMin, noise } },
    limit: keys.clip_denoised ? { name: 'clip', options: { range: 1 } } : null,
    start: 'sigma',
  };
}
