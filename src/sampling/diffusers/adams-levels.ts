import type { Choice, Scheme } from '../scheme.js';
import type { StepsName } from '../steps/index.js';
import { readPrediction, unsupported } from './common-keys.js';
import { type LevelsContext, readSolverLevels, writeSolverLevels } from './dpm-keys.js';
import type { SchedulerConfig } from './scheduler-class.js';

export interface AdamsLevels extends Omit<LevelsContext, 'told'> {
  /** How levels of the straight path are made: down from σ = 1 for UniPC, else up from clean data. */
  readonly flow?: { readonly most: number; readonly terminal: number | null };
}

/**
 * Chain, prediction and steps of UniPC, DEIS and SA-Solver. They are those of the DPM-Solvers but for the end: after levels
 * chosen by σ the last one comes once more, where it is not clean data.
 */
export function readAdamsLevels(context: AdamsLevels): Pick<Scheme, 'grid' | 'prediction' | 'steps' | 'start'> {
  const { who, keys, config } = context;
  if (keys.use_flow_sigmas) return readFlow(context);
  const levels = readSolverLevels({ who, keys, config, told: keys.use_karras_sigmas ? 'rounded' : 'truncated' });
  const { steps } = levels;
  const again = steps.options?.['told'] !== undefined && steps.options['end'] === 'first';
  return again ? { ...levels, steps: { ...steps, options: { ...steps.options, end: 'last' } } } : levels;
}

function readFlow({ who, keys, config, flow }: AdamsLevels): Pick<Scheme, 'grid' | 'prediction' | 'steps' | 'start'> {
  const { num_train_timesteps: count, flow_shift: shift = 1 } = keys;
  for (const key of ['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'] as const) {
    if (keys[key]) throw unsupported({ who, key, value: 'true', known: ['false with use_flow_sigmas'] });
  }
  // UniPC: σ from 1 to 1/N in n + 1 even steps without the last; the others: from 1 − 1/N to 0.
  const range = flow ? { first: 1, last: 1 / count } : { first: 1 - 1 / count, last: 0 };
  const bounds = flow ? { most: flow.most, ...(flow.terminal !== null && { terminal: flow.terminal }) } : {};
  const steps: Choice<StepsName> = {
    name: 'flow',
    options: {
      ...range,
      points: 'dropped',
      shift,
      ...bounds,
      end: keys.final_sigmas_type === 'sigma_min' ? 'last' : 'clean',
      told: 'truncated',
    },
  };
  return {
    grid: { schedule: 'straight', options: {}, count, zeroTerminalSnr: false, arithmetic: 'float32' },
    prediction: readPrediction({ who, keys, config, known: ['flow_prediction'] }),
    steps,
    start: 'unit',
  };
}

/** Chain, prediction and steps as keys, as far as they go. */
export function writeAdamsLevels(who: string, scheme: Scheme): SchedulerConfig {
  const said = writeSolverLevels(who, scheme);
  if (scheme.steps.name !== 'flow') return said; // of a chain the end is among them
  return { ...said, final_sigmas_type: (scheme.steps.options?.['end'] ?? 'clean') === 'clean' ? 'zero' : 'sigma_min' };
}
