import { show, ToolkitError } from '../../core/errors.js';
import { choice, flag, integer, number, type Resolved } from '../../core/options.js';
import type { GridConfig } from '../../diffusion/grid-config.js';
import type { PredictionName } from '../../diffusion/processes/predictions.js';
import { schedules } from '../../diffusion/schedules/index.js';
import type { LimitName } from '../limits/index.js';
import { type Choice, type Scheme } from '../scheme.js';
import type { StepsName } from '../steps/index.js';
import type { SchedulerConfig } from './scheduler-class.js';

const betaSchedules = ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'laplace', 'sigmoid', 'exp'] as const;
const predictionTypes = ['epsilon', 'sample', 'v_prediction', 'flow_prediction'] as const;

/** The keys that DDPM and DDIM share, with the defaults that a missing key has in diffusers. */
export const commonKeys = {
  num_train_timesteps: integer({ default: 1000, min: 1, max: 1e6, help: 'Length of the training chain.' }),
  beta_start: number({ default: 0.0001, min: 0, max: 1, help: 'First β.' }),
  beta_end: number({ default: 0.02, min: 0, max: 1, help: 'Last β.' }),
  beta_schedule: choice(betaSchedules, { default: 'linear', help: 'How β goes from the first to the last.' }),
  rescale_betas_zero_snr: flag({ help: 'Rescales the chain to end in pure noise.' }),
  prediction_type: choice(predictionTypes, { default: 'epsilon', help: 'What the network predicts.' }),
  clip_sample: flag({ default: true, help: 'Clips the predicted clean value.' }),
  clip_sample_range: number({ default: 1, min: 0, max: 1e6, help: 'Bound of the clipping.' }),
  thresholding: flag({ help: 'Dynamic thresholding; takes precedence over clipping.' }),
  dynamic_thresholding_ratio: number({ default: 0.995, min: 0, max: 1, help: 'Quantile that sets the threshold.' }),
  sample_max_value: number({ default: 1, min: 1e-6, max: 1e6, help: 'Upper bound of the threshold.' }),
  timestep_spacing: choice(['leading', 'trailing', 'linspace'], { default: 'leading', help: 'Choice of timesteps.' }),
  steps_offset: integer({ default: 0, min: 0, max: 1e6, help: 'Added to every timestep of leading spacing.' }),
} as const;

export type CommonKeys = Resolved<typeof commonKeys>;

/** Keys that say nothing about the mathematics, or that diffusers itself passes over in a DDPM or DDIM config. */
const inert = new Set([
  'tensor_format', // 2022: numpy or torch
  'timestep_values', // 2022: never used
  'skip_prk_steps', // belongs to PNDM; left behind when a pipeline's scheduler is exchanged
  'interpolation_type', // Euler
  'use_karras_sigmas', // Euler, Heun, DPM-Solver
  'algorithm_type', // DPM-Solver
  'solver_order', // DPM-Solver
  'solver_type', // DPM-Solver
  'lower_order_final', // DPM-Solver
  'timestep_type', // Euler
  'sigma_min', // Euler
  'sigma_max', // Euler
  'final_sigmas_type', // Euler
]);

/** A config without `_class_name`, inert keys, and the keys that are read by hand. */
export function meaningfulKeys(config: SchedulerConfig, byHand: readonly string[]): SchedulerConfig {
  const kept = Object.entries(config).filter(([k]) => !k.startsWith('_') && !inert.has(k) && !byHand.includes(k));
  return Object.fromEntries(kept);
}

const scheduleOf = { linear: 'linear', scaled_linear: 'scaled-linear', squaredcos_cap_v2: 'cosine' } as const;
const predictionOf = { epsilon: 'epsilon', sample: 'x0', v_prediction: 'v' } as const;

export interface ReadContext {
  readonly who: string;
  readonly keys: CommonKeys;
  readonly config: SchedulerConfig;
}

/** The training grid that a config describes. */
export function readGrid({ who, keys, config }: ReadContext): GridConfig {
  const { num_train_timesteps: count, rescale_betas_zero_snr: zeroTerminalSnr, beta_schedule: name } = keys;
  const betas = config['trained_betas'];
  if (betas !== undefined && betas !== null) {
    if (!(Array.isArray(betas) && betas.length === count && betas.every((beta) => typeof beta === 'number'))) {
      throw new ToolkitError(
        'bad-option',
        `${who}: trained_betas must be a list of ${count} numbers (num_train_timesteps), got ${show(betas)}.`,
      );
    }
    return { betas, zeroTerminalSnr };
  }
  if (!(name in scheduleOf)) throw unsupported({ who, key: 'beta_schedule', value: name, known: scheduleOf });
  const schedule = scheduleOf[name as keyof typeof scheduleOf];
  const options = schedule === 'cosine' ? {} : { betaStart: keys.beta_start, betaEnd: keys.beta_end };
  return { schedule, options, count, zeroTerminalSnr };
}

export function readPrediction({ who, keys, config }: ReadContext): PredictionName {
  if (config['predict_epsilon'] === false) return 'x0'; // 2022's spelling
  const name = keys.prediction_type;
  if (!(name in predictionOf)) throw unsupported({ who, key: 'prediction_type', value: name, known: predictionOf });
  return predictionOf[name as keyof typeof predictionOf];
}

export function readLimit(keys: CommonKeys): Choice<LimitName> | null {
  if (keys.thresholding) {
    const options = { ratio: keys.dynamic_thresholding_ratio, max: keys.sample_max_value };
    return { name: 'dynamic-threshold', options };
  }
  return keys.clip_sample ? { name: 'clip', options: { range: keys.clip_sample_range } } : null;
}

/** Only leading spacing looks at the offset in diffusers. */
export const readSpacing = (keys: CommonKeys): { readonly name: StepsName; readonly offset: { offset?: number } } => ({
  name: keys.timestep_spacing,
  offset: keys.timestep_spacing === 'leading' ? { offset: keys.steps_offset } : {},
});

/** The shared part of a config that describes `scheme`. */
export function writeCommon(who: string, scheme: Scheme): SchedulerConfig {
  const { grid, prediction, limit, steps } = scheme;
  const predictionType = Object.entries(predictionOf).find(([, name]) => name === prediction)?.[0];
  if (predictionType === undefined) throw unwritable(who, `prediction ${prediction}`);
  if (!(steps.name in spacings)) throw unwritable(who, `${steps.name} steps`);
  return {
    ...writeGrid(who, grid),
    rescale_betas_zero_snr: grid.zeroTerminalSnr,
    prediction_type: predictionType,
    clip_sample: limit?.name === 'clip',
    clip_sample_range: limit?.name === 'clip' ? (limit.options?.['range'] ?? 1) : 1,
    thresholding: limit?.name === 'dynamic-threshold',
    dynamic_thresholding_ratio: limit?.name === 'dynamic-threshold' ? (limit.options?.['ratio'] ?? 0.995) : 0.995,
    sample_max_value: limit?.name === 'dynamic-threshold' ? (limit.options?.['max'] ?? 1) : 1,
    timestep_spacing: steps.name,
    steps_offset: steps.options?.['offset'] ?? 0,
  };
}

const spacings = { leading: true, trailing: true, linspace: true };

function writeGrid(who: string, grid: GridConfig): SchedulerConfig {
  const rest = { beta_start: commonKeys.beta_start.default, beta_end: commonKeys.beta_end.default };
  if ('betas' in grid) {
    const { betas } = grid;
    return { num_train_timesteps: betas.length, ...rest, beta_schedule: 'linear', trained_betas: betas };
  }
  const [name, schedule] = Object.entries(scheduleOf).find(([, ours]) => ours === grid.schedule) ?? [];
  if (schedule === undefined) throw unwritable(who, `the schedule ${grid.schedule}`);
  if (schedule === 'cosine') {
    const offset = schedules.entries.cosine.definition.options.offset.default;
    if ((grid.options['offset'] ?? offset) !== offset) throw unwritable(who, `a cosine offset other than ${offset}`);
    return { num_train_timesteps: grid.count, ...rest, beta_schedule: name, trained_betas: null };
  }
  const { options } = schedules.entries[schedule].definition;
  return {
    num_train_timesteps: grid.count,
    beta_start: grid.options['betaStart'] ?? options.betaStart.default,
    beta_end: grid.options['betaEnd'] ?? options.betaEnd.default,
    beta_schedule: name,
    trained_betas: null,
  };
}

interface Unsupported {
  readonly who: string;
  readonly key: string;
  readonly value: string;
  readonly known: object;
}

const unsupported = ({ who, key, value, known }: Unsupported): ToolkitError =>
  new ToolkitError(
    'unsupported-scheduler',
    `${who}: ${key} "${value}" cannot be read yet. Can be read: ${Object.keys(known).join(', ')}.`,
  );

/** The error for a scheme that a class of diffusers cannot express. */
export const unwritable = (who: string, what: string): ToolkitError =>
  new ToolkitError(
    'unsupported-scheduler',
    `${who} has no way to say ${what}. Choose what it has, or keep the scheme itself.`,
  );
