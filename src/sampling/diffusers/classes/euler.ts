import { ToolkitError } from '../../../core/errors.js';
import { choice, number, resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import {
  finalKeys,
  gridKeys,
  linspaceKeys,
  meaningfulKeys,
  readSpacing,
  sigmaKeys,
  usualBetas,
  zeroSnrKeys,
} from '../common-keys.js';
import type { SchedulerConfig } from '../scheduler-class.js';
import { sigmaScheduler } from '../sigma-scheduler.js';

const keysOfEuler = {
  ...gridKeys,
  ...zeroSnrKeys,
  ...linspaceKeys,
  ...sigmaKeys,
  ...finalKeys,
  sigma_min: number({ default: null, min: 0, help: 'Least σ of Karras, exponential and beta levels.' }),
  sigma_max: number({ default: null, min: 0, help: 'Most σ of Karras, exponential and beta levels.' }),
  interpolation_type: choice(['linear', 'log_linear'], {
    default: 'linear',
    help: 'Whether σ is interpolated at the timesteps, or spaced evenly in ln σ whatever the timesteps are.',
  }),
  timestep_type: choice(['discrete', 'continuous'], {
    default: 'discrete',
    help: 'Whether a network of v is told the timestep or ln(σ)/4.',
  }),
} as const;

const settled = (config: SchedulerConfig) =>
  resolve('EulerDiscreteScheduler', keysOfEuler, meaningfulKeys(config, keysOfEuler));

/**
 * `EulerDiscreteScheduler`. Churn is an argument of its `step`, not of its config. Continuous timesteps (Stable Video
 * Diffusion) make a difference for a network of v alone. With `log_linear` interpolation it walks n of n + 1 levels from
 * the most to the least σ of training, ends at the least, and tells the network the timesteps of the spacing.
 */
export const eulerScheduler = sigmaScheduler({
  name: 'EulerDiscreteScheduler',
  options: keysOfEuler,
  resolve: settled,
  sampler: { name: 'euler', options: { arithmetic: 'float32' } },
  betaSchedules: usualBetas,
  refine(scheme, config) {
    const keys = settled(config);
    const continuous = keys.timestep_type === 'continuous' && scheme.prediction === 'v';
    const precondition = { name: 'discrete', options: { told: 'log-sigma' } } as const;
    return { ...logLinear(scheme, keys), ...(continuous && { precondition }) };
  },
  more: ({ precondition, steps }) => ({
    ...(steps.name === 'log-snr' && { timestep_spacing: steps.options?.['told'] ?? 'linspace' }),
    interpolation_type: steps.name === 'log-snr' ? 'log_linear' : 'linear',
    timestep_type: precondition?.options?.['told'] === 'log-sigma' ? 'continuous' : 'discrete',
  }),
});

/** Timesteps have no say in σ when it is interpolated in its logarithm. */
function logLinear(scheme: Scheme, keys: ReturnType<typeof settled>): Scheme {
  if (keys.interpolation_type === 'linear') return scheme;
  const { steps } = scheme;
  const { within: _, offset: __, ...options } = steps.options ?? {};
  if (keys.use_karras_sigmas || keys.use_exponential_sigmas || keys.use_beta_sigmas) {
    return { ...scheme, steps: { name: steps.name, options } };
  }
  if (keys.timestep_type === 'continuous' && scheme.prediction === 'v') {
    throw new ToolkitError(
      'unsupported-scheduler',
      'EulerDiscreteScheduler: interpolation_type "log_linear" with timestep_type "continuous" takes one step more than ' +
        'asked for in diffusers and cannot be read. Use "linear" or "discrete".',
    );
  }
  const { leastAlpha } = options;
  const { name: told, offset } = readSpacing(keys);
  const levels = { end: 'even', told, ...offset, ...(leastAlpha !== undefined && { leastAlpha }) };
  return { ...scheme, steps: { name: 'log-snr', options: levels } };
}
