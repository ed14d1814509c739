import { show, ToolkitError } from '../../core/errors.js';
import { choice, flag, integer, number, type Resolved } from '../../core/options.js';
import type { GridConfig } from '../../diffusion/grid-config.js';
import type { PredictionName } from '../../diffusion/processes/predictions.js';
import { type ScheduleName, schedules } from '../../diffusion/schedules/index.js';
import type { LimitName } from '../limits/index.js';
import type { Choice, Scheme } from '../scheme.js';
import type { StartName } from '../start.js';
import type { StepsName } from '../steps/index.js';
import { foreignKeys } from './foreign-keys.js';
import type { SchedulerConfig } from './scheduler-class.js';

const betaSchedules = ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'laplace', 'sigmoid', 'exp'] as const;
/** The beta schedules that nearly every class has. */
export const usualBetas = ['linear', 'scaled_linear', 'squaredcos_cap_v2'] as const;
const predictionTypes = ['epsilon', 'sample', 'v_prediction', 'flow_prediction'] as const;

/** The keys of the training chain, with the defaults that a missing key has in diffusers. */
export const gridKeys = {
  num_train_timesteps: integer({ default: 1000, min: 1, max: 1e6, help: 'Length of the training chain.' }),
  beta_start: number({ default: 0.0001, min: 0, max: 1, help: 'First β.' }),
  beta_end: number({ default: 0.02, min: 0, max: 1, help: 'Last β.' }),
  beta_schedule: choice(betaSchedules, { default: 'linear', help: 'How β goes from the first to the last.' }),
  prediction_type: choice(predictionTypes, { default: 'epsilon', help: 'What the network predicts.' }),
} as const;

/** The same with the βs of Stable Diffusion as defaults, as Heun, the DPM2s and the DPM-Solver SDE have them. */
export const gridKeysOfStableDiffusion = {
  ...gridKeys,
  beta_start: number({ default: 0.00085, min: 0, max: 1, help: 'First β.' }),
  beta_end: number({ default: 0.012, min: 0, max: 1, help: 'Last β.' }),
} as const;

export const zeroSnrKeys = {
  rescale_betas_zero_snr: flag({ help: 'Rescales the chain to end in pure noise.' }),
} as const;

export const clipKeys = {
  clip_sample: flag({ default: true, help: 'Clips the predicted clean value.' }),
  clip_sample_range: number({ default: 1, min: 0, max: 1e6, help: 'Bound of the clipping.' }),
} as const;

export const thresholdKeys = {
  thresholding: flag({ help: 'Dynamic thresholding; takes precedence over clipping.' }),
  dynamic_thresholding_ratio: number({ default: 0.995, min: 0, max: 1, help: 'Quantile that sets the threshold.' }),
  sample_max_value: number({ default: 1, min: 1e-6, max: 1e6, help: 'Upper bound of the threshold.' }),
} as const;

const spacings = ['leading', 'trailing', 'linspace'] as const;

/** The spacing of DDPM, DDIM and PNDM, which is leading unless told. */
export const leadingKeys = {
  timestep_spacing: choice(spacings, { default: 'leading', help: 'Choice of timesteps.' }),
  steps_offset: integer({ default: 0, min: 0, max: 1e6, help: 'Added to every timestep of leading spacing.' }),
} as const;

/** The spacing of the others, which is linspace unless told. */
export const linspaceKeys = {
  ...leadingKeys,
  timestep_spacing: choice(spacings, { default: 'linspace', help: 'Choice of timesteps.' }),
} as const;

/** Levels chosen by σ instead of by timestep. */
export const sigmaKeys = {
  use_karras_sigmas: flag({ help: 'Levels evenly spaced in σ^{1/7}.' }),
  use_exponential_sigmas: flag({ help: 'Levels evenly spaced in ln σ.' }),
  use_beta_sigmas: flag({ help: 'Levels at quantiles of a beta distribution.' }),
} as const;

/** Levels chosen by σ/α of DPM-Solver, and the straight path. */
export const luKeys = { use_lu_lambdas: flag({ help: 'Levels evenly spaced in ln(α/σ).' }) } as const;

export const flowKeys = {
  use_flow_sigmas: flag({ help: 'The network was trained on the straight path from data to noise.' }),
  flow_shift: number({ default: 1, min: 1e-3, max: 1e3, help: 'Shift of the levels of the straight path.' }),
} as const;

export const finalKeys = {
  final_sigmas_type: choice(['zero', 'sigma_min'], { default: 'zero', help: 'Where the last step ends.' }),
} as const;

/** The keys that DDPM and DDIM share. */
export const commonKeys = { ...gridKeys, ...zeroSnrKeys, ...clipKeys, ...thresholdKeys, ...leadingKeys } as const;

export type GridKeys = Resolved<typeof gridKeys> & Partial<Resolved<typeof zeroSnrKeys>>;
export type SpacingKeys = Resolved<typeof leadingKeys>;
export type LimitKeys = Partial<Resolved<typeof clipKeys>> & Partial<Resolved<typeof thresholdKeys>>;
export type SigmaKeys = Partial<Resolved<typeof sigmaKeys>> &
  Partial<Resolved<typeof luKeys>> &
  Partial<Resolved<typeof flowKeys>> &
  Partial<Resolved<typeof finalKeys>> & { readonly sigma_min?: number | null; readonly sigma_max?: number | null };

/** Keys that are read by hand, not by an option. */
const byHand = new Set(['trained_betas', 'predict_epsilon']);

/**
 * The keys of a config that its class knows. Keys of other classes are passed over as diffusers does, since they are left
 * behind when the scheduler of a pipeline is exchanged; a key that no class knows is kept, to be told as a mistake.
 */
export function meaningfulKeys(config: SchedulerConfig, known: object, alsoByHand: readonly string[] = []) {
  const kept = Object.entries(config).filter(([k]) => {
    if (k.startsWith('_') || byHand.has(k) || alsoByHand.includes(k)) return false;
    return Object.hasOwn(known, k) || !foreignKeys.has(k);
  });
  return Object.fromEntries(kept) as SchedulerConfig;
}

const scheduleOf = {
  linear: 'linear',
  scaled_linear: 'scaled-linear',
  squaredcos_cap_v2: 'cosine',
  laplace: 'laplace',
  sigmoid: 'sigmoid',
  exp: 'exp',
} as const;

const predictionOf = { epsilon: 'epsilon', sample: 'x0', v_prediction: 'v', flow_prediction: 'flow' } as const;

export interface ReadContext<K> {
  readonly who: string;
  readonly keys: K;
  readonly config: SchedulerConfig;
}

export interface ReadGridContext extends ReadContext<GridKeys> {
  /** The beta schedules of the class; all that there are unless told. */
  readonly known?: readonly (keyof typeof scheduleOf)[];
  /** `float32` for the chain as torch rounds it, which is the usual; σ at little noise differs in the fourth digit. */
  readonly arithmetic?: 'float32' | 'float64';
}

/** The training grid that a config describes. */
export function readGrid(context: ReadGridContext): GridConfig {
  const grid = exactGrid(context);
  return context.arithmetic === 'float64' ? grid : { ...grid, arithmetic: 'float32' };
}

function exactGrid({ who, keys, config, known = betaSchedules }: ReadGridContext): GridConfig {
  const { num_train_timesteps: count, rescale_betas_zero_snr: zeroTerminalSnr = false, beta_schedule: name } = keys;
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
  const schedule = scheduleOf[name] as ScheduleName;
  const readable = known.filter((other) => Object.hasOwn(schedules.entries, scheduleOf[other]));
  if (!readable.includes(name)) throw unsupported({ who, key: 'beta_schedule', value: name, known: readable });
  const given = { betaStart: keys.beta_start, betaEnd: keys.beta_end };
  const takes = Object.keys(schedules.entries[schedule].definition.options);
  const options = Object.fromEntries(Object.entries(given).filter(([option]) => takes.includes(option)));
  return { schedule, options, count, zeroTerminalSnr };
}

export interface ReadPredictionContext extends ReadContext<Pick<GridKeys, 'prediction_type'>> {
  /** The prediction types of the class; the three of chains unless told. */
  readonly known?: readonly (keyof typeof predictionOf)[];
}

export function readPrediction({ who, keys, config, known = threePredictions }: ReadPredictionContext): PredictionName {
  if (config['predict_epsilon'] === false) return 'x0'; // 2022's spelling
  const name = keys.prediction_type;
  if (!known.includes(name)) throw unsupported({ who, key: 'prediction_type', value: name, known });
  return predictionOf[name];
}

const threePredictions = ['epsilon', 'sample', 'v_prediction'] as const;

export function readLimit(keys: LimitKeys): Choice<LimitName> | null {
  if (keys.thresholding) {
    const options = { ratio: keys.dynamic_thresholding_ratio ?? 0.995, max: keys.sample_max_value ?? 1 };
    return { name: 'dynamic-threshold', options };
  }
  return keys.clip_sample ? { name: 'clip', options: { range: keys.clip_sample_range ?? 1 } } : null;
}

/** Only leading spacing looks at the offset in diffusers. */
export const readSpacing = (
  keys: SpacingKeys,
): { readonly name: (typeof spacings)[number]; readonly offset: { offset?: number } } => ({
  name: keys.timestep_spacing,
  offset: keys.timestep_spacing === 'leading' ? { offset: keys.steps_offset } : {},
});

/** diffusers keeps a chain that ends in pure noise at ᾱ = 2⁻²⁴ where it divides by α. */
const leastAlphaOf = (keys: Partial<Resolved<typeof zeroSnrKeys>>): { leastAlpha?: number } =>
  keys.rescale_betas_zero_snr ? { leastAlpha: 2 ** -12 } : {};

type LevelKeys = SpacingKeys & SigmaKeys & GridKeys;

export interface ReadStepsContext extends ReadContext<LevelKeys> {
  /** Which index the network is told of levels chosen by σ. */
  readonly told?: 'exact' | 'rounded' | 'truncated';
}

/**
 * The steps of the σ-schedulers (Euler, Heun, DPM2, LMS): linspace timesteps are fractions, levels are σ at α = 1, and
 * σ chosen otherwise lie between the first and the last of the spacing.
 */
export function readSigmaSteps({ who, keys, told = 'exact' }: ReadStepsContext): Choice<StepsName> {
  const { name, offset } = readSpacing(keys);
  const least = leastAlphaOf(keys);
  const end = endOf(keys);
  const kind = chosenSigmas(who, keys);
  if (kind === null) {
    const exact = name === 'linspace' ? { indices: 'exact' } : {};
    return { name, options: { ...offset, ...exact, end, scale: 'exploding', ...least } };
  }
  const within = name === 'linspace' ? {} : { within: name, ...offset };
  return {
    name: kind.name,
    options: { ...kind.options, ...within, ...boundsOf(keys), end, ...toldOf(told), ...least },
  };
}

/**
 * The steps of the solvers (DPM-Solver, UniPC, DEIS, SA-Solver): whole timesteps, one more spaced than visited, in the
 * scale of the model; σ chosen otherwise lie between the least and the most noise of training.
 */
export function readSolverSteps(context: ReadStepsContext & { readonly lambdaMin?: number }): Choice<StepsName> {
  const { who, keys, lambdaMin, told = 'truncated' } = context;
  const { name, offset } = readSpacing(keys);
  const least = leastAlphaOf(keys);
  const kind = chosenSigmas(who, keys);
  if (kind === null) {
    const dropped = name === 'trailing' ? {} : { last: 'dropped' };
    const clipped = lambdaMin === undefined || lambdaMin === -Infinity ? {} : { lambdaMin };
    return { name, options: { ...offset, ...dropped, end: endOf(keys), ...clipped, ...least } };
  }
  return {
    name: kind.name,
    options: { ...kind.options, ...boundsOf(keys), end: endOf(keys), scale: 'own', ...toldOf(told), ...least },
  };
}

const endOf = ({ final_sigmas_type }: Partial<Resolved<typeof finalKeys>>) =>
  final_sigmas_type === 'sigma_min' ? 'first' : 'clean';

const toldOf = (told: 'exact' | 'rounded' | 'truncated') => (told === 'exact' ? {} : { told });

const boundsOf = ({ sigma_min: least, sigma_max: most }: LevelKeys) => ({
  ...(typeof least === 'number' && { sigmaMin: least }),
  ...(typeof most === 'number' && { sigmaMax: most }),
});

/** The steps that a `use_…` key asks for; null for those of the timesteps. */
function chosenSigmas(who: string, keys: SigmaKeys): Choice<StepsName> | null {
  const asked = Object.entries(sigmaSteps).filter(([key]) => keys[key as keyof typeof sigmaSteps] === true);
  if (asked.length <= 1) return asked[0]?.[1] ?? null;
  throw new ToolkitError('bad-option', `${who}: only one of ${asked.map(([key]) => key).join(', ')} can be true.`);
}

const sigmaSteps = {
  use_karras_sigmas: { name: 'karras', options: { rho: 7 } },
  use_exponential_sigmas: { name: 'exponential', options: {} },
  use_beta_sigmas: { name: 'beta', options: { along: 'sigma' } },
  use_lu_lambdas: { name: 'log-snr', options: {} },
} as const satisfies Readonly<Record<string, Choice<StepsName>>>;

/** The size of the starting noise of the σ-schedulers: `init_noise_sigma`. */
export const readSigmaStart = (keys: SpacingKeys): StartName =>
  keys.timestep_spacing === 'leading' ? 'magnitude' : 'sigma';

/** The shared part of a config that describes `scheme`. */
export function writeCommon(who: string, scheme: Scheme): SchedulerConfig {
  return { ...writeGrid(who, scheme), ...writeLimit(who, scheme), ...writeSpacing(who, scheme) };
}

interface Loaded {
  readonly betas: readonly (typeof betaSchedules)[number][];
  readonly predictions: readonly (typeof predictionTypes)[number][];
}

/** What a class of diffusers takes, where it is not the usual; reading is more generous, writing is not. */
const usuallyLoaded: Loaded = {
  betas: usualBetas,
  predictions: threePredictions,
};
const loaded: Readonly<Record<string, Partial<Loaded>>> = {
  DDPMScheduler: { betas: [...usuallyLoaded.betas, 'laplace', 'sigmoid'] },
  HeunDiscreteScheduler: { betas: [...usuallyLoaded.betas, 'exp'] },
  PNDMScheduler: { predictions: ['epsilon', 'v_prediction'] },
  UnCLIPScheduler: { betas: ['squaredcos_cap_v2'], predictions: ['epsilon', 'sample'] },
};

/** The chain and the prediction of `scheme` as keys. */
export function writeGrid(who: string, { grid, prediction, precondition }: Scheme): SchedulerConfig {
  const predictionType = Object.entries(predictionOf).find(([, name]) => name === prediction)?.[0];
  if (predictionType === undefined) throw unwritable(who, `prediction ${prediction}`);
  if (precondition && precondition.name !== 'discrete') throw unwritable(who, `${precondition.name} preconditioning`);
  if ((grid.shift ?? 1) !== 1) throw unwritable(who, `levels shifted by ${grid.shift}`);
  const { betas, predictions } = { ...usuallyLoaded, ...loaded[who] };
  if (!(predictions as readonly string[]).includes(predictionType)) throw unwritable(who, `prediction ${prediction}`);
  const chain = writeBetas(who, grid);
  const isKnown = chain['trained_betas'] !== null || (betas as readonly unknown[]).includes(chain['beta_schedule']);
  if (!isKnown) throw unwritable(who, `the schedule ${'schedule' in grid ? grid.schedule : ''} by its name`);
  return {
    ...chain,
    rescale_betas_zero_snr: grid.zeroTerminalSnr,
    prediction_type: predictionType,
  };
}

/** The length of a training chain: `num_train_timesteps`. */
export const lengthOf = (grid: GridConfig): number => ('betas' in grid ? grid.betas.length : grid.count);

/** The limit of `scheme` as keys. */
export const writeLimit = (_who: string, { limit }: Scheme): SchedulerConfig => ({
  clip_sample: limit?.name === 'clip',
  clip_sample_range: limit?.name === 'clip' ? (limit.options?.['range'] ?? 1) : 1,
  thresholding: limit?.name === 'dynamic-threshold',
  dynamic_thresholding_ratio: limit?.name === 'dynamic-threshold' ? (limit.options?.['ratio'] ?? 0.995) : 0.995,
  sample_max_value: limit?.name === 'dynamic-threshold' ? (limit.options?.['max'] ?? 1) : 1,
});

/** The spacing of `scheme` as keys. */
export function writeSpacing(who: string, { steps }: Scheme): SchedulerConfig {
  if (!(spacings as readonly string[]).includes(steps.name)) throw unwritable(who, `${steps.name} steps`);
  return { timestep_spacing: steps.name, steps_offset: steps.options?.['offset'] ?? 0 };
}

/** The steps of `scheme` as keys, as far as they go: `checkedWrite` notices what they do not say. */
export function writeSteps(who: string, { steps }: Scheme): SchedulerConfig {
  const { name, options = {} } = steps;
  const asked = Object.entries(sigmaSteps).find(([, { name: other }]) => other === name)?.[0];
  if (asked === undefined && !(spacings as readonly string[]).includes(name)) throw unwritable(who, `${name} steps`);
  const within = options['within'] ?? 'training';
  return {
    timestep_spacing: asked === undefined ? name : within === 'training' ? 'linspace' : within,
    steps_offset: options['offset'] ?? 0,
    ...Object.fromEntries(Object.keys(sigmaSteps).map((key) => [key, key === asked])),
    final_sigmas_type: (options['end'] ?? 'clean') === 'clean' ? 'zero' : 'sigma_min',
    sigma_min: options['sigmaMin'] ?? null,
    sigma_max: options['sigmaMax'] ?? null,
  };
}

/** Keys without those that a class does not know. */
export const knownOf = (keys: SchedulerConfig, known: object): SchedulerConfig =>
  Object.fromEntries(Object.entries(keys).filter(([key]) => key === 'trained_betas' || Object.hasOwn(known, key)));

function writeBetas(who: string, grid: GridConfig): SchedulerConfig {
  const rest = { beta_start: gridKeys.beta_start.default, beta_end: gridKeys.beta_end.default };
  if ('betas' in grid) {
    const { betas } = grid;
    return { num_train_timesteps: betas.length, ...rest, beta_schedule: 'linear', trained_betas: betas };
  }
  const [name] = Object.entries(scheduleOf).find(([, ours]) => ours === grid.schedule) ?? [];
  if (name === undefined) throw unwritable(who, `the schedule ${grid.schedule}`);
  const { options } = schedules.entries[grid.schedule].definition as {
    readonly options: Readonly<Record<string, { readonly default: unknown }>>;
  };
  for (const [option, { default: usual }] of Object.entries(options)) {
    if (option === 'betaStart' || option === 'betaEnd' || (grid.options[option] ?? usual) === usual) continue;
    throw unwritable(who, `a ${grid.schedule} ${option} other than ${usual}`);
  }
  return {
    num_train_timesteps: grid.count,
    beta_start: grid.options['betaStart'] ?? options['betaStart']?.default ?? rest.beta_start,
    beta_end: grid.options['betaEnd'] ?? options['betaEnd']?.default ?? rest.beta_end,
    beta_schedule: name,
    trained_betas: null,
  };
}

interface Unsupported {
  readonly who: string;
  readonly key: string;
  readonly value: string;
  readonly known: readonly string[];
}

/** The error for a key whose value asks for something that is not here. */
export const unsupported = ({ who, key, value, known }: Unsupported): ToolkitError =>
  new ToolkitError(
    'unsupported-scheduler',
    `${who}: ${key} "${value}" cannot be read. Can be read: ${known.join(', ')}.`,
  );

/** The error for a scheme that a class of diffusers cannot express. */
export const unwritable = (who: string, what: string): ToolkitError =>
  new ToolkitError(
    'unsupported-scheduler',
    `${who} has no way to say ${what}. Choose what it has, or keep the scheme itself.`,
  );
