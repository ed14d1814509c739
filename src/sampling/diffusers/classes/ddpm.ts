import { choice, resolve } from '../../../core/options.js';
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
import { defineSchedulerClass } from '../scheduler-class.js';

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
  name: 'DDPMScheduler',
  read(config) {
    const who = 'DDPMScheduler';
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
  },
  samplers: ['ddpm'],
  write(scheme) {
    const { sampler, steps } = scheme;
    const { end = 'clean', landing = 'next' } = steps.options ?? {};
    if (sampler.name !== 'ddpm') throw unwritable('DDPMScheduler', `sampler ${sampler.name}`);
    if (sampler.options?.['arithmetic'] === 'float32-listed')
      throw unwritable('DDPMScheduler', 'that it takes β from its list');
    if (end !== 'clean') throw unwritable('DDPMScheduler', `end "${end}"`);
    if (steps.name !== 'leading' && landing !== 'next') throw unwritable('DDPMScheduler', `landing "${landing}"`);
    const variance = sampler.options?.['variance'] ?? 'small';
    const [type] = Object.entries(varianceOf).find(([, ours]) => ours === variance) ?? [];
    if (type === undefined) throw unwritable('DDPMScheduler', `variance "${variance}"`);
    return { ...writeCommon('DDPMScheduler', scheme), variance_type: type };
  },
});
