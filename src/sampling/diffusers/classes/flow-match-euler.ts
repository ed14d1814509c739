import { ToolkitError } from '../../../core/errors.js';
import { choice, flag, integer, number, resolve } from '../../../core/options.js';
import type { Choice, Scheme } from '../../scheme.js';
import type { StepsName } from '../../steps/index.js';
import { checkedWrite } from '../checked-write.js';
import { lengthOf, meaningfulKeys } from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'FlowMatchEulerDiscreteScheduler';

/** The keys that both flow-matching classes have. */
export const flowMatchKeys = {
  num_train_timesteps: integer({ default: 1000, min: 1, max: 1e6, help: 'What σ = 1 is told as.' }),
  shift: number({ default: 1, min: 1e-3, max: 1e3, help: 'More than 1 puts more levels at much noise.' }),
} as const;

const keysOfFlowEuler = {
  ...flowMatchKeys,
  use_dynamic_shifting: flag({ help: 'The shift follows the size of the picture.' }),
  base_shift: number({ default: 0.5, min: -10, max: 10, help: 'μ of a picture of base_image_seq_len tokens.' }),
  max_shift: number({ default: 1.15, min: -10, max: 10, help: 'μ of a picture of max_image_seq_len tokens.' }),
  base_image_seq_len: integer({ default: 256, min: 1, max: 1e9, help: 'Tokens of the smallest picture.' }),
  max_image_seq_len: integer({ default: 4096, min: 1, max: 1e9, help: 'Tokens of the largest picture.' }),
  invert_sigmas: flag({ help: 'The network counts time from noise to data.' }),
  shift_terminal: number({ default: null, min: 0, max: 0.999, help: 'Stretches the levels to end here.' }),
  use_karras_sigmas: flag({ help: 'Levels evenly spaced in σ^{1/7}.' }),
  use_exponential_sigmas: flag({ help: 'Levels evenly spaced in ln σ.' }),
  use_beta_sigmas: flag({ help: 'Levels at quantiles of a beta distribution.' }),
  time_shift_type: choice(['exponential', 'linear'], {
    default: 'exponential',
    help: 'Whether the shift is e^μ or μ.',
  }),
  stochastic_sampling: flag({ help: 'Puts fresh noise back at every step.' }),
} as const;

const shifted = (shift: number, sigma: number): number => (shift * sigma) / (1 + (shift - 1) * sigma);

/**
 * The levels of a fixed shift as diffusers makes them: it shifts the 1/N at the end before it spaces the levels, and then
 * every level once more, the end for the second time.
 */
export const flowMatchSteps = ({
  shift,
  count,
}: {
  readonly shift: number;
  readonly count: number;
}): Choice<StepsName> => ({
  name: 'flow',
  options: { shift, ...(shift !== 1 && { last: shifted(shift, 1 / count) }) },
});

const curves = {
  use_karras_sigmas: 'karras',
  use_exponential_sigmas: 'exponential',
  use_beta_sigmas: 'beta',
} as const;

/**
 * `FlowMatchEulerDiscreteScheduler`: Euler's rule on straight paths (Stable Diffusion 3, FLUX and most that followed).
 * With `use_dynamic_shifting` the shift depends on the size of the picture, which a config does not know: the scheme has
 * the shift of `max_image_seq_len` tokens (1024 × 1024 pixels for FLUX); for others replace `shift` of its steps by e^μ
 * with μ of `tokenShift`. `stochastic_sampling` is the sampler `lcm`. Churn is an argument of `step`, not of the config.
 */
export const flowMatchEulerScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['euler', 'lcm'],
  write(scheme) {
    const { grid, steps, sampler, precondition } = scheme;
    const { shift = 1, last = null, terminal = null, curve = 'linear' } = steps.options ?? {};
    // A shift without the second one at the end is what dynamic shifting makes.
    const dynamic = shift !== 1 && last === null;
    const mu = Math.log(shift as number);
    const keys = {
      num_train_timesteps: lengthOf(grid),
      shift: dynamic ? 1 : shift,
      use_dynamic_shifting: dynamic,
      ...(dynamic && { base_shift: mu, max_shift: mu }),
      shift_terminal: terminal,
      ...Object.fromEntries(Object.entries(curves).map(([key, name]) => [key, name === curve])),
      invert_sigmas: precondition?.name === 'straight-reversed',
      stochastic_sampling: sampler.name === 'lcm',
    };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfFlowEuler, meaningfulKeys(config, keysOfFlowEuler));
  const { num_train_timesteps: count, shift_terminal: terminal, max_shift: mu } = keys;
  const asked = Object.entries(curves).filter(([key]) => keys[key as keyof typeof curves]);
  if (asked.length > 1) {
    throw new ToolkitError('bad-option', `${who}: only one of ${asked.map(([key]) => key).join(', ')} can be true.`);
  }
  if (keys.invert_sigmas && keys.stochastic_sampling) {
    throw new ToolkitError(
      'unsupported-scheduler',
      `${who}: invert_sigmas with stochastic_sampling mixes up data and noise in diffusers. Leave one of them out.`,
    );
  }
  const dynamic = keys.time_shift_type === 'exponential' ? Math.exp(mu) : mu;
  const levels = keys.use_dynamic_shifting
    ? ({ name: 'flow', options: { shift: dynamic } } as const)
    : flowMatchSteps({ shift: keys.shift, count });
  const curve = asked[0]?.[1];
  return {
    grid: { schedule: 'straight', options: {}, count, zeroTerminalSnr: false },
    prediction: 'flow',
    ...(keys.invert_sigmas && { precondition: { name: 'straight-reversed' } as const }),
    steps: { name: 'flow', options: { ...levels.options, ...(terminal && { terminal }), ...(curve && { curve }) } },
    sampler: { name: keys.stochastic_sampling ? 'lcm' : 'euler' },
    limit: null,
  };
}
