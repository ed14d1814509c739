import { choice, integer, number, type Resolved } from '../../core/options.js';
import type { Scheme } from '../scheme.js';
import { finalKeys, lengthOf } from './common-keys.js';
import { endingKeys, solverKeys } from './dpm-keys.js';
import type { SchedulerConfig } from './scheduler-class.js';

interface Defaults {
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  readonly sigmaData: number;
  readonly schedule: 'karras' | 'exponential';
  readonly prediction: 'epsilon' | 'v_prediction';
}

/** The keys of levels in σ and of EDM's preconditioning. */
export const edmKeys = (defaults: Defaults) =>
  ({
    sigma_min: number({ default: defaults.sigmaMin, min: 1e-9, max: 1e6, help: 'Least noise.' }),
    sigma_max: number({ default: defaults.sigmaMax, min: 1e-9, max: 1e6, help: 'Most noise.' }),
    sigma_data: number({ default: defaults.sigmaData, min: 1e-6, max: 1e6, help: 'Standard deviation of the data.' }),
    sigma_schedule: choice(['karras', 'exponential'], { default: defaults.schedule, help: 'How σ is spaced.' }),
    num_train_timesteps: integer({ default: 1000, min: 1, max: 1e6, help: 'Number of levels.' }),
    prediction_type: choice(['epsilon', 'v_prediction'], {
      default: defaults.prediction,
      help: 'The sign of what the network says.',
    }),
    rho: number({ default: 7, min: 1, max: 100, help: "Karras' exponent." }),
    ...finalKeys,
  }) as const;

/** What the classes of Karras' models have for defaults. */
export const usualEdm = {
  sigmaMin: 0.002,
  sigmaMax: 80,
  sigmaData: 0.5,
  schedule: 'karras',
  prediction: 'epsilon',
} as const satisfies Defaults;

/** The keys of the DPM-Solvers with a memory on such levels. */
export const edmSolverKeys = (defaults: Defaults) => ({ ...edmKeys(defaults), ...solverKeys, ...endingKeys }) as const;

export type EdmSolverKeys = Resolved<ReturnType<typeof edmSolverKeys>>;

/** Levels and preconditioning of such a config; `told` is what the network is told of a level. */
export function readEdmLevels(keys: EdmSolverKeys, told: 'log-sigma' | 'angle') {
  const { sigma_min: sigmaMin, sigma_max: sigmaMax, sigma_data: sigmaData, sigma_schedule: name, rho } = keys;
  const bounds = { sigmaMin, sigmaMax, end: keys.final_sigmas_type === 'zero' ? 'clean' : 'last' };
  const says = keys.prediction_type === 'v_prediction' ? 'negative' : 'positive';
  return {
    grid: { schedule: 've', options: { sigmaMin, sigmaMax }, count: keys.num_train_timesteps, zeroTerminalSnr: false },
    prediction: 'x0',
    precondition: { name: 'edm', options: { sigmaData, says, told } },
    steps: { name, options: name === 'karras' ? { rho, ...bounds } : bounds },
  } as const satisfies Partial<Scheme>;
}

/** The same as keys. */
export function writeEdmLevels({ grid, steps, precondition }: Scheme): SchedulerConfig {
  const { sigmaMin, sigmaMax, end = 'clean', rho = 7 } = steps.options ?? {};
  return {
    num_train_timesteps: lengthOf(grid),
    ...(sigmaMin !== undefined && { sigma_min: sigmaMin }),
    ...(sigmaMax !== undefined && { sigma_max: sigmaMax }),
    sigma_data: precondition?.options?.['sigmaData'] ?? 0.5,
    sigma_schedule: steps.name,
    prediction_type: precondition?.options?.['says'] === 'negative' ? 'v_prediction' : 'epsilon',
    rho,
    final_sigmas_type: end === 'clean' ? 'zero' : 'sigma_min',
  };
}
