import { ToolkitError } from '../../core/errors.js';
import { choice, flag, integer, number, type Resolved } from '../../core/options.js';
import type { SlopeForm } from '../rules/dpm-options.js';
import type { SamplerName } from '../samplers/index.js';
import type { Choice, Scheme } from '../scheme.js';
import type { StepsName } from '../steps/index.js';
import {
  type GridKeys,
  lengthOf,
  readGrid,
  readPrediction,
  readSolverSteps,
  type SigmaKeys,
  type SpacingKeys,
  unsupported,
  usualBetas,
  writeGrid,
  writeSteps,
} from './common-keys.js';
import type { SchedulerConfig } from './scheduler-class.js';

/** Solver types of other solvers that a DPM-Solver takes for its midpoint form. */
const foreignTypes = ['logrho', 'bh1', 'bh2'] as const;

/** Variances of DDPM, left behind when a scheduler was exchanged: networks without a second output. */
const foreignVariances = ['fixed_small', 'fixed_small_log', 'fixed_large', 'fixed_large_log'] as const;

/** Which solver of the family: its keys in diffusers. */
export const solverKeys = {
  solver_order: integer({ default: 2, min: 1, max: 3, help: 'Order of the solver.' }),
  algorithm_type: choice(['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis'], {
    default: 'dpmsolver++',
    help: 'Whether the noise or the clean value varies slowly, with or without the noise of the SDE.',
  }),
  solver_type: choice(['midpoint', 'heun', ...foreignTypes], { default: 'midpoint', help: 'Weight of the slope.' }),
} as const;

export const endingKeys = {
  lower_order_final: flag({ default: true, help: 'Lowers the order at the end of walks of fewer than 15 steps.' }),
  euler_at_final: flag({ help: 'Takes the last step at order 1.' }),
} as const;

export const clippedKeys = {
  lambda_min_clipped: number({ default: -Infinity, help: 'Levels whose ln(α/σ) is below are left out.' }),
  variance_type: choice(['learned', 'learned_range', 'none', ...foreignVariances], {
    default: 'none',
    help: 'A network with a second output for the variance; the solver has no use for it.',
  }),
} as const;

export type SolverKeys = Resolved<typeof solverKeys> & Partial<Resolved<typeof endingKeys>>;

export const formOf = ({ solver_type: type }: SolverKeys): SlopeForm => (type === 'heun' ? 'heun' : 'midpoint');

/** Where options are the defaults of the sampler they need not be said. */
const endingsOf = ({ lower_order_final = true, euler_at_final = false }: Partial<Resolved<typeof endingKeys>>) => ({
  lowerOrderFinal: lower_order_final,
  eulerAtFinal: euler_at_final,
});

/** The multistep rule that the keys ask for. */
export function readMultistep(who: string, keys: SolverKeys): Choice<SamplerName> {
  const { algorithm_type: algorithm, solver_order: order } = keys;
  const [form, endings] = [formOf(keys), endingsOf(keys)];
  switch (algorithm) {
    case 'dpmsolver':
      return { name: 'dpm-solver-multistep', options: { order, form, curvature: 'half', ...endings } };
    case 'sde-dpmsolver':
      if (order < 3) return { name: 'dpm-solver-multistep-sde', options: { order, form, ...endings } };
      throw unsupported({ who, key: 'solver_order', value: '3', known: ['1', '2 with sde-dpmsolver'] });
    case 'sde-dpmsolver++':
      if (order === 1) return { name: 'ddim', options: { eta: 1 } };
      if (order === 2) return { name: 'dpmpp-2m-sde', options: { form, ...endings } };
      return { name: 'dpmpp-3m-sde', options: { curvature: 'shifted', ...endings } };
    case 'dpmsolver++':
    case 'deis':
      if (order === 1) return { name: 'ddim' };
      if (order === 2) return { name: 'dpmpp-2m', options: { form, ...endings } };
      return { name: 'dpmpp-3m', options: { curvature: 'half', ...endings } };
  }
}

/** Samplers that `readMultistep` gives. */
export const multistepSamplers = [
  'dpmpp-2m',
  'dpmpp-3m',
  'dpmpp-2m-sde',
  'dpmpp-3m-sde',
  'dpm-solver-multistep',
  'dpm-solver-multistep-sde',
  'ddim',
] as const satisfies readonly SamplerName[];

/** The keys that say such a sampler, as far as they go. */
export function writeMultistep({ sampler: { name, options = {} } }: Scheme): SchedulerConfig {
  const [algorithm, order] = {
    ddim: [options['eta'] === 1 ? 'sde-dpmsolver++' : 'dpmsolver++', 1],
    'dpmpp-2m': ['dpmsolver++', 2],
    'dpmpp-3m': ['dpmsolver++', 3],
    'dpmpp-2m-sde': ['sde-dpmsolver++', 2],
    'dpmpp-3m-sde': ['sde-dpmsolver++', 3],
    'dpm-solver-multistep': ['dpmsolver', options['order'] ?? 2],
    'dpm-solver-multistep-sde': ['sde-dpmsolver', options['order'] ?? 2],
  }[name as (typeof multistepSamplers)[number]] as [string, number];
  return {
    solver_order: order,
    algorithm_type: algorithm,
    solver_type: options['form'] ?? 'midpoint',
    lower_order_final: options['lowerOrderFinal'] ?? false,
    euler_at_final: options['eulerAtFinal'] ?? false,
  };
}

export interface LevelsContext {
  readonly who: string;
  readonly keys: GridKeys & SpacingKeys & SigmaKeys & Partial<Resolved<typeof clippedKeys>>;
  readonly config: SchedulerConfig;
  /** Which index the network is told of levels chosen by σ. */
  readonly told: 'rounded' | 'truncated';
}

/** Chain, prediction and steps of the solvers; with `use_flow_sigmas` the straight path takes the place of the chain. */
export function readSolverLevels(context: LevelsContext): Pick<Scheme, 'grid' | 'prediction' | 'steps' | 'start'> {
  const { who, keys, config, told } = context;
  if (keys.use_flow_sigmas) return readFlow(context);
  const lambdaMin = keys.lambda_min_clipped ?? -Infinity;
  return {
    grid: { ...readGrid({ who, keys, config, known: usualBetas }), arithmetic: 'float32-ratios' },
    prediction: readPrediction({ who, keys, config }),
    steps: readSolverSteps({ who, keys, config, told, lambdaMin }),
    start: 'unit',
  };
}

function readFlow(context: LevelsContext): Pick<Scheme, 'grid' | 'prediction' | 'steps' | 'start'> {
  const { who, keys } = context;
  if (keys.final_sigmas_type === 'sigma_min') {
    throw new ToolkitError(
      'unsupported-scheduler',
      `${who}: final_sigmas_type "sigma_min" with use_flow_sigmas ends at a level of a chain that is not there. Use "zero".`,
    );
  }
  return readFlowLevels(context);
}

/** The straight path, whatever its last step lands on. */
export function readFlowLevels({ who, keys, config }: LevelsContext) {
  if (config['use_dynamic_shifting'] === true) {
    throw unsupported({ who, key: 'use_dynamic_shifting', value: 'true', known: ['false with use_flow_sigmas'] });
  }
  const count = keys.num_train_timesteps;
  return {
    grid: { schedule: 'straight', options: {}, count, zeroTerminalSnr: false },
    prediction: readPrediction({ who, keys, config, known: ['flow_prediction'] }),
    steps: flowSteps({ count, shift: keys.flow_shift ?? 1 }),
    start: 'unit',
  } as const satisfies Partial<Scheme>;
}

/** σ from 1 − 1/N down to 0 in n + 1 even steps, without the last one, and shifted. */
const flowSteps = ({ count, shift }: { readonly count: number; readonly shift: number }): Choice<StepsName> => ({
  name: 'flow',
  options: { first: 1 - 1 / count, last: 0, points: 'dropped', shift, told: 'truncated' },
});

/** Chain, prediction and steps as keys, as far as they go. */
export function writeSolverLevels(who: string, scheme: Scheme): SchedulerConfig {
  const { steps, grid } = scheme;
  if (steps.name === 'flow') {
    return {
      num_train_timesteps: lengthOf(grid),
      prediction_type: 'flow_prediction',
      use_flow_sigmas: true,
      flow_shift: steps.options?.['shift'] ?? 1,
    };
  }
  const lambdaMin = steps.options?.['lambdaMin'];
  return {
    ...writeGrid(who, scheme),
    ...writeSteps(who, scheme),
    ...(typeof lambdaMin === 'number' && { lambda_min_clipped: lambdaMin }),
  };
}
