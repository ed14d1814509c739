import { ToolkitError } from '../../../core/errors.js';
import { integer, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { meaningfulKeys } from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'IPNDMScheduler';

const keysOfIpndm = {
  num_train_timesteps: integer({ default: 1000, min: 1, max: 1e6, help: 'Says nothing: time goes from 0 to 1.' }),
} as const;

/**
 * `IPNDMScheduler`, the one of Dance Diffusion: a network that predicts v on the quarter circle α = cos(πt/2),
 * σ = sin(πt/2), is told t itself, and is asked at the levels of `crash`. The first step begins at α = 0 and takes the
 * clean value there for 0, whatever the network says.
 */
export const ipndmScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['ipndm'],
  write: (scheme) => checkedWrite({ who, scheme, keys: { num_train_timesteps: 1000, trained_betas: null }, read }),
});

function read(config: SchedulerConfig): Scheme {
  resolve(who, keysOfIpndm, meaningfulKeys(config, keysOfIpndm));
  const given = config['trained_betas'];
  if (given !== undefined && given !== null) {
    throw new ToolkitError(
      'unsupported-scheduler',
      `${who}: trained_betas are the noise levels of one number of steps there and cannot be read. Leave them out.`,
    );
  }
  return {
    // Two indices, 0 and 1: an index is the time.
    grid: { schedule: 'cosine', options: { offset: 0 }, count: 2, zeroTerminalSnr: false, times: [0, 1] },
    prediction: 'v',
    steps: { name: 'crash' },
    sampler: { name: 'ipndm', options: { terms: 4, pureNoise: 'zero' } },
    limit: null,
    start: 'unit',
  };
}
