import type { DataSet } from '../../data/dataset.js';
import { namesPoints } from '../../data/parse.js';
import { isMlpConfig, type NetworkConfig } from '../../nn/index.js';
import { type DiffusionModel, deepen, isSelfConditioned, pictureShape, retarget } from '../../pipelines/index.js';
import { flagOf, usageError } from '../parse.js';
import { conditionPlan } from './condition-plan.js';
import type { KnownData } from './known-data.js';
import type { TrainOptions } from './plan.js';

/** The model that a run begins with, and the folder it was read from. */
export interface Origin {
  readonly path: string;
  readonly model: DiffusionModel;
}

/** What a plan says of the model it began with. */
export interface FineTuned {
  readonly model: string;
  /** SHA-256 of its weights. */
  readonly hash: string;
}

/** Options that the model a run begins with has settled. */
const settled = [
  ...(['model', 'schedule', 'precondition', 'trainingLevels', 'zeroTerminalSnr', 'shift', 'zeroInit'] as const),
] satisfies readonly (keyof TrainOptions)[];

/** What was learnt is easily lost: a rate that is small beside that of a run from nothing. */
const gentler = 0.2;

interface Given {
  readonly given: ReadonlySet<string>;
  readonly origin: Origin;
}

/** A model as a run begins with it: with as many residual blocks as were asked for. */
export function originOf(
  path: string,
  { model, options: { layers } }: { readonly model: DiffusionModel; readonly options: Pick<TrainOptions, 'layers'> },
): Origin {
  if (layers === null) return { path, model };
  if (isMlpConfig(model.config)) {
    throw usageError(`train: --layers is for U-Nets, and --from ${path} is none. Leave it out.`);
  }
  const has = model.config.layers_per_block;
  if (layers < has) {
    throw usageError(
      `train: --from ${path} has ${has} residual blocks in every level. Choose --layers ${has} or more.`,
    );
  }
  return { path, model: deepen(model, layers) };
}

/** The options of a run that begins with a model: what the model has settled, and a lower rate unless told. */
export function fineTuningOptions(options: TrainOptions, { given, origin }: Given): TrainOptions {
  const odd = settled.find((name) => given.has(name));
  if (odd !== undefined) throw usageError(`train: --from ${origin.path} has settled ${flagOf(odd)}. Leave it out.`);
  const { scheme } = origin.model;
  const own = { prediction: scheme.prediction, selfConditioning: isSelfConditioned(origin.model) };
  for (const name of ['prediction', 'selfConditioning'] as const) {
    if (!given.has(name) || options[name] === own[name]) continue;
    throw usageError(`train: ${flagOf(name)} of --from ${origin.path} is ${own[name]}. Leave it out.`);
  }
  return { ...options, ...own, ...(!given.has('lr') && { lr: options.lr * gentler }) };
}

/** Size and colours of what a model draws; 1 × 1 for points. */
export function drawnBy({ model }: Origin): Pick<KnownData, 'size' | 'channels'> {
  const [channels, size] = pictureShape(model);
  return { channels, size };
}

/** How data is loaded for a model: with its size and colours, where nothing else was asked for. */
export const dataLike = (options: TrainOptions, { size, channels }: Pick<KnownData, 'size' | 'channels'>) => ({
  size: options.size ?? (size === 1 || namesPoints(options.data) ? null : size),
  channels: options.channels === 'auto' ? channels : options.channels,
});

export interface TargetOptions {
  readonly origin: Origin;
  readonly options: TrainOptions;
  readonly given: ReadonlySet<string>;
  readonly data: DataSet;
}

/** The model as the run trains it: told what the data tells, or what it is told of anyhow, at the size of the data. */
export function fineTuningModel({ origin: { path, model }, options, given, data }: TargetOptions): DiffusionModel {
  const { condition = null } = model;
  const asked = given.has('condition') ? options.condition : null;
  const isOther = condition !== null && asked !== null && !asked.startsWith(condition.name);
  const { classes, condition: wanted } = condition
    ? { classes: null, condition: isOther }
    : conditionPlan(options, data);
  if (wanted) {
    const its = condition ? `is told ${condition.name}` : 'has no layers for that';
    throw usageError(`train: --condition ${asked} is not for --from ${path}, which ${its}. Leave it out.`);
  }
  const [channels, ...sides] = pictureShape(model);
  const isPoints = isMlpConfig(model.config);
  if (isPoints !== (data.shape.length === 1)) {
    const [draws, are] = isPoints ? ['points', 'pictures'] : ['pictures', 'points'];
    throw usageError(`train: --from ${path} draws ${draws}, and ${data.name} is ${are}. Choose other data.`);
  }
  if (channels !== data.shape[0]) {
    throw usageError(
      `train: --from ${path} draws ${channels} channels, and the pictures of ${data.name} have ${data.shape[0]}. ` +
        'Choose other data, or its colours with --channels.',
    );
  }
  return retarget(model, {
    classes,
    ...(sides.some((side) => side !== data.size) && { size: data.size }),
    ...(given.has('dropout') && { dropout: options.dropout }),
  });
}

/** A model that was taught the variance of its steps has twice the outputs, and a loss that asks for them. */
export function requireChannels(
  config: NetworkConfig,
  { path, wanted }: { readonly path: string; readonly wanted: Pick<NetworkConfig, 'in_channels' | 'out_channels'> },
): void {
  if (config.out_channels === wanted.out_channels) return;
  const remedy =
    config.out_channels > wanted.out_channels
      ? 'Choose --loss hybrid or vlb'
      : 'Choose another --loss than hybrid or vlb';
  const outputs = `${config.out_channels} channels, where the loss needs ${wanted.out_channels}`;
  throw usageError(`train: --from ${path} answers with ${outputs}. ${remedy}.`);
}
