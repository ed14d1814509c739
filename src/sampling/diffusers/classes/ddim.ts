import { flag, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import {
  commonKeys,
  meaningfulKeys,
  readGrid,
  readLimit,
  readPrediction,
  readSpacing,
  unwritable,
  writeCommon,
} from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'DDIMScheduler';

const keysOfDdim = {
  ...commonKeys,
  set_alpha_to_one: flag({ default: true, help: 'Ends without noise; otherwise at the first training level.' }),
} as const;

/**
 * `DDIMScheduler`. Two of its habits are kept, since models are used with them: a step lands ⌊N/count⌋ indices down, which
 * for trailing and linspace spacing is up to one index beside the next step's start; and clipping changes the clean
 * value but not the noise direction. η is an argument of its `step`, not of its config.
 */
export const ddimScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['ddim'],
  write(scheme) {
    const { sampler, steps, limit } = scheme;
    const { eta = 0, direction = 'limited' } = sampler.options ?? {};
    const { end = 'clean', landing = 'next' } = steps.options ?? {};
    if (sampler.name !== 'ddim') throw unwritable(who, `sampler ${sampler.name}`);
    if (eta !== 0) throw unwritable(who, `eta ${eta} in its config (pass eta to the pipeline call)`);
    if (limit !== null && direction !== 'model') throw unwritable(who, `direction "${direction}" with a limit`);
    if (steps.name !== 'leading' && landing !== 'stride') throw unwritable(who, `landing "${landing}"`);
    const keys = { ...writeCommon(who, scheme), set_alpha_to_one: end === 'clean' };
    // Without a limit both directions are one; leading timesteps are a stride apart.
    const alike: Scheme = {
      ...scheme,
      steps: { ...steps, options: { ...steps.options, landing: 'stride' } },
      sampler: { ...sampler, options: { ...sampler.options, direction: 'model' } },
    };
    return checkedWrite({ who, scheme: alike, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfDdim, meaningfulKeys(config, keysOfDdim));
  const { name, offset } = readSpacing(keys);
  return {
    grid: readGrid({ who, keys, config, arithmetic: 'float64' }),
    prediction: readPrediction({ who, keys, config }),
    steps: { name, options: { ...offset, end: keys.set_alpha_to_one ? 'clean' : 'first', landing: 'stride' } },
    sampler: { name: 'ddim', options: { eta: 0, direction: 'model' } },
    limit: readLimit(keys),
  };
}
