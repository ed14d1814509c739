import { show, ToolkitError } from '../../core/errors.js';
import type { Resolved } from '../../core/options.js';
import { type DataSet, isPoints } from '../../data/dataset.js';
import { namesPoints } from '../../data/parse.js';
import { transforms } from '../../data/transforms/index.js';
import { type PreconditionName, preconditions, type ScheduleName, schedules } from '../../diffusion/index.js';
import { readBytes } from '../../files/read-bytes.js';
import {
  type ConditionConfig,
  type NetworkConfig,
  type PresetName,
  parseUnet2dConfig,
  presetConfig,
  presets,
  type UNet2dConfig,
} from '../../nn/index.js';
import type { Scheme } from '../../sampling/index.js';
import { flagOf, usageError } from '../parse.js';
import { chosenOptimizer } from './chosen-optimizer.js';
import { conditionPlan } from './condition-plan.js';
import { type FineTuned, fineTuningModel, fineTuningOptions, type Origin, requireChannels } from './fine-tuning.js';
import { type KnownData, knownData } from './known-data.js';
import { learnedPlan, requireLearnable } from './learned-plan.js';
import { chosenFrom, named } from './named.js';
import { channelsFor, checkObjective, type ObjectivePlan, objectivePlan, schemeFor } from './objective-plan.js';
import { pointNetwork, pointOptions, pointScheme } from './point-plan.js';
import { requireRows } from './require-rows.js';
import type { trainOptions } from './train-options.js';

export type TrainOptions = Resolved<typeof trainOptions>;

/** What every run is, whatever it trains. */
export interface RunPlan {
  readonly langevin: string;
  readonly options: TrainOptions;
  readonly data: KnownData;
}

/** What the training of a diffusion model is, down to the last setting: the content of its config.json. */
export interface TrainPlan extends RunPlan {
  readonly network: NetworkConfig;
  /** What the model is told in the place of a class; absent for most. */
  readonly condition?: ConditionConfig;
  readonly scheme: Scheme;
  /** The model it began with; absent for one that was trained from nothing. */
  readonly from?: FineTuned;
}

export interface PlanOptions {
  readonly version: string;
  readonly options: TrainOptions;
  /** Options that were asked for by name; others may be settled by the data. */
  readonly given?: ReadonlySet<string>;
  readonly data: DataSet;
}

export interface TrainPlanOptions extends PlanOptions {
  /** The model to begin with; null for none. */
  readonly origin?: Origin | null;
}

/** Options that say something about classifiers alone. */
const forClassifiers = ['target', 'noiseAware'] as const satisfies readonly (keyof TrainOptions)[];

/** Settles everything that follows from the options, the data and the model to begin with. */
export async function trainPlan({
  version,
  data,
  given = new Set(),
  origin = null,
  ...rest
}: TrainPlanOptions): Promise<TrainPlan> {
  const ofPoints = isPoints(data);
  const suited = ofPoints ? pointOptions(rest.options, given) : rest.options;
  const options = origin ? fineTuningOptions(suited, { given, origin }) : suited;
  const idle = forClassifiers.find((name) => given.has(name));
  if (idle !== undefined) throw usageError(`train: ${flagOf(idle)} is for --task classifier. Leave it out.`);
  augmentationsOf(options.augment); // an unknown name is told before anything is built
  const objective = objectivePlan(options, data);
  const settled = { options, objective, data };
  const { classes, condition, network, scheme } = origin
    ? fineTuned({ ...settled, origin, given })
    : await fromNothing(settled);
  if (learnedPlan(scheme)) requireLearnable(options, { given, history: objective.levels.history !== null });
  const isTold = condition !== null;
  checkObjective({ ...objective, data, classes: classes?.length ?? 0, condition: isTold, config: network, scheme });
  return {
    langevin: version,
    options,
    data: knownData(data, classes),
    network,
    ...(condition && { condition }),
    scheme,
    ...(origin && { from: { model: origin.path, hash: origin.model.hash } }),
  };
}

/** What there is to be settled with. */
interface Settled {
  readonly options: TrainOptions;
  readonly objective: ObjectivePlan;
  readonly data: DataSet;
}

/** A network and a scheme as the options say. */
async function fromNothing({ options, objective, data }: Settled) {
  const { classes, condition } = conditionPlan(options, data);
  const { size, channels } = data;
  const counted = { classes: classes?.length ?? 0, ...channelsFor(objective, channels) };
  const usual = schemeFor(objective, schemeOf(options));
  return isPoints(data)
    ? { classes, condition, network: await pointNetwork(options, counted), scheme: pointScheme(usual) }
    : { classes, condition, network: await networkConfig(options, { size, channels, ...counted }), scheme: usual };
}

interface FineTunedOptions extends Settled {
  readonly origin: Origin;
  readonly given: ReadonlySet<string>;
}

/** Those of the model to begin with. */
function fineTuned({ objective, ...rest }: FineTunedOptions) {
  const { config: network, scheme, classes, condition = null } = fineTuningModel(rest);
  requireChannels(network, { path: rest.origin.path, wanted: channelsFor(objective, rest.data.shape[0]!) });
  return { classes, condition, network, scheme };
}

type SchemeOptions = Pick<TrainOptions, 'schedule' | 'prediction'> &
  Partial<Pick<TrainOptions, 'precondition' | 'trainingLevels' | 'zeroTerminalSnr' | 'shift'>>;

/** How the noise grows, what is predicted, and how samples are drawn unless told: 20 or so deterministic steps. */
export function schemeOf(options: SchemeOptions, owner = 'train'): Scheme {
  const { trainingLevels = 1000, zeroTerminalSnr = false, shift = 1 } = options;
  const schedule = chosenFrom<ScheduleName>({ owner, option: 'schedule', registry: schedules, text: options.schedule });
  const precondition =
    options.precondition && named({ option: 'precondition', registry: preconditions, text: options.precondition });
  return {
    grid: {
      ...{ schedule: schedule.name, options: schedule.options ?? {} },
      ...{ count: trainingLevels, zeroTerminalSnr, ...(shift !== 1 && { shift }) },
    },
    prediction: options.prediction,
    ...(precondition && {
      precondition: { name: precondition.name as PreconditionName, options: precondition.options },
    }),
    steps: { name: 'trailing', options: { end: 'clean', landing: 'stride' } },
    sampler: { name: 'ddim', options: { eta: 0, direction: 'model' } },
    limit: { name: 'clip', options: { range: 1 } },
  };
}

/** The transforms that `--augment` names. */
export function augmentationsOf(list: string) {
  const names = list.split(',').map((name) => name.trim());
  return names.filter((name) => name !== '' && name !== 'none').map((name) => transforms.get(name)());
}

/** Refuses, before data is loaded, a network that there is not, and a size that is asked for and does not fit it. */
export function requireFit({ task, data, model, size, from, layers, ...options }: TrainOptions): void {
  chosenOptimizer(options);
  if (layers !== null && from === null) {
    throw usageError('train: --layers adds to the network of --from MODEL. Add that, or leave it out.');
  }
  if (from !== null || task === 'classifier' || namesPoints(data) || model?.endsWith('.json')) return;
  const name = presetNamed(presetFor(model, size ?? Infinity));
  if (size !== null) presetConfig(name, { size });
}

interface Pictures {
  readonly size: number;
  readonly channels: number;
  /** 0 for none. */
  readonly classes: number;
  readonly in_channels: number;
  readonly out_channels: number;
}

async function networkConfig(options: TrainOptions, pictures: Pictures): Promise<UNet2dConfig> {
  const name = presetFor(options.model, pictures.size);
  const { size, channels, classes, in_channels, out_channels } = pictures;
  if (!name.endsWith('.json')) {
    const config = presetConfig(presetNamed(name), { size, channels, classes, dropout: options.dropout });
    return { ...config, in_channels, out_channels };
  }
  const text = (await readBytes(name)).toString();
  const config = parseUnet2dConfig({ sample_size: pictures.size, ...parseJson(name, text) });
  for (const key of ['in_channels', 'out_channels'] as const) {
    if (config[key] !== pictures[key]) {
      const problem =
        pictures[key] === channels
          ? `${key} is ${config[key]}, and the pictures have ${channels}. Change one of them`
          : `${key} is ${config[key]}, and ${askedBy(options, key)} needs twice the ${channels} of the pictures. Change it`;
      throw new ToolkitError('bad-config', `${name}: ${problem}.`);
    }
  }
  requireRows(name, config.num_class_embeds, pictures.classes);
  return config;
}

/** Whose channels are more than those of the pictures. */
const askedBy = ({ loss }: Pick<TrainOptions, 'loss'>, key: 'in_channels' | 'out_channels'): string =>
  key === 'in_channels' ? '--self-conditioning' : `--loss ${loss}`;

const presetFor = (model: string | null, size: number): string => model ?? (size <= 16 ? 'small' : 'medium');

function presetNamed(name: string): PresetName {
  presets.get(name);
  return name as PresetName;
}

function parseJson(name: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // told below
  }
  throw new ToolkitError('bad-config', `${name} is not a JSON object; it begins with ${show(text.slice(0, 40))}.`);
}

/** What may be told anew when a run is continued: its length and what is watched, and the way out of trouble. */
const changeable: readonly (keyof TrainOptions)[] = [
  ...(['steps', 'minutes', 'lr', 'clip', 'curve', 'warmup'] as const),
  ...(['previewEvery', 'validateEvery', 'checkpointEvery', 'keep', 'weights'] as const),
];

const ofTheCommand: readonly (keyof TrainOptions)[] = ['out', 'resume', 'dryRun'];

/** The options of a stored run with those that were given now; refuses a change that would make it another run. */
export function resumedOptions(
  stored: TrainOptions,
  now: {
    readonly options: TrainOptions;
    readonly given: ReadonlySet<string>;
    readonly flagOf: (name: string) => string;
  },
): TrainOptions {
  const names = [...now.given].filter((name): name is keyof TrainOptions => Object.hasOwn(now.options, name));
  const fixed = names.find(
    (name) => ![...changeable, ...ofTheCommand].includes(name) && now.options[name] !== stored[name],
  );
  if (fixed !== undefined) {
    throw usageError(
      `train: ${now.flagOf(fixed)} of a run cannot change, it was ${show(stored[fixed])}. ` +
        `Leave it out, or start another run. These may change: ${changeable.map(now.flagOf).join(', ')}.`,
    );
  }
  const changes = names.filter((name) => changeable.includes(name) || ofTheCommand.includes(name));
  const lengthIsNew = changes.includes('steps') || changes.includes('minutes');
  return {
    ...stored,
    ...(lengthIsNew && { steps: null, minutes: null }),
    ...Object.fromEntries(changes.map((name) => [name, now.options[name]])),
  };
}
