import { choice, resolve } from '../../../core/options.js';
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

const who = 'DDPMScheduler';

const varianceTypes = [
  'fixed_small',
  'fixed_small_log',
  'fixed_large',
  'fixed_large_log',
  'learned',
  'learned_range',
] as const;

/** In diffusers a `learned` network says the variance itself, not its logarithm as in the paper. */
const varianceOf: Readonly<Record<(typeof varianceTypes)[number], string>> = {
  fixed_small: 'small',
  fixed_small_log: 'small',
  fixed_large: 'large',
  fixed_large_log: 'large',
  learned: 'learned-plain',
  learned_range: 'learned-range',
};

const keysOfDdpm = {
  ...commonKeys,
  variance_type: choice(varianceTypes, { default: 'fixed_small', help: 'Variance of a step.' }),
} as const;

/**
 * `DDPMScheduler`. The `_log` variants name the same variances (diffusers takes the root of a logarithm for
 * `fixed_large_log` and gets NaN; what it means is read here). A last step that ends without noise adds none, also for
 * the rare chain whose last timestep is not 0, where diffusers adds the large variance once more.
 */
export const ddpmScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['ddpm'],
  write(scheme) {
    const { sampler, steps } = scheme;
    const { end = 'clean', landing = 'next' } = steps.options ?? {};
    if (sampler.name !== 'ddpm') throw unwritable(who, `sampler ${sampler.name}`);
    if (sampler.options?.['arithmetic'] === 'float32-listed') throw unwritable(who, 'that it takes β from its list');
    if (end !== 'clean') throw unwritable(who, `end "${end}"`);
    if (steps.name !== 'leading' && landing !== 'next') throw unwritable(who, `landing "${landing}"`);
    const variance = sampler.options?.['variance'] ?? 'small';
    const [type] = Object.entries(varianceOf).find(([, ours]) => ours === variance) ?? [];
    if (type === undefined) throw unwritable(who, `variance "${variance}"`);
    const keys = { ...writeCommon(who, scheme), variance_type: type };
    // Leading timesteps are a stride apart, and the next one is where it lands.
    const alike: Scheme = { ...scheme, steps: { ...steps, options: { ...steps.options, landing: 'next' } } };
    return checkedWrite({ who, scheme: alike, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfDdpm, meaningfulKeys(config, keysOfDdpm));
  const { name, offset } = readSpacing(keys);
  return {
    grid: readGrid({ who, keys, config, arithmetic: 'float64' }),
    prediction: readPrediction({ who, keys, config }),
    steps: { name, options: { ...offset, end: 'clean', landing: 'next' } },
    sampler: {
      name: 'ddpm',
      options: {
        variance: varianceOf[keys.variance_type],
        arithmetic: 'float32', // coefficients as torch rounds them
      },
    },
    limit: readLimit(keys),
  };
}
