import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray, int64s, type Shape, sizeOf } from '../core/host-array.js';
import { fold, type Key, uniforms } from '../core/random.js';
import type { Batch } from '../data/index.js';
import {
  type Grid,
  type LevelHistory,
  type LevelSampler,
  type Objective as Loss,
  type LossGraph,
  type LossHead,
  type LossTerms,
  type NetworkAnswer,
  type NoiseKind,
  type Prediction,
  simple,
  stopGradient,
  type Weighting,
} from '../diffusion/index.js';
import { add, concat, constant, input, mul, reshape, split, type Tensor } from '../graph/index.js';
import {
  bindParams,
  type DropoutMask,
  drawMasks,
  type Network,
  type NetworkConfig,
  paramEntries,
  trainingContext,
} from '../nn/index.js';
import type { Feeds } from '../runtime/index.js';
import type { Objective } from './update.js';

export interface DenoisingOptions {
  readonly network: Network;
  readonly batch: number;
  /** [C, H, W] of one picture, [D] of one point. */
  readonly picture: Shape;
  /** Whether class labels are fed. */
  readonly conditional: boolean;
  /** The shape of what one picture is told in the place of a class, fed as `condition`; absent where nothing is. */
  readonly condition?: Shape;
  /** With dropout as in training, or without as in evaluation. */
  readonly training: boolean;
  /** Values of parameters that are not trained. */
  readonly frozen?: ReadonlyMap<string, HostArray<'float32'>>;
  /** What is minimised; the mean squared error unless told. */
  readonly loss?: Loss;
  /** Parameters of the weighting, if it has any, are trained too. */
  readonly weighting?: Weighting;
  /** Whether every loss counts as the level sampler says, fed as `importance`. */
  readonly importance?: boolean;
  /**
   * Whether the network sees two pictures, x and its own first answer to x, or zeros for that. While training the answer
   * is shown where the fed `self` is 1. Chen et al. 2023 (arXiv:2208.04202), Section 3.2 and Algorithm 1; here the answer
   * is what is predicted, which together with x and t says as much as the estimate of x₀ they show.
   */
  readonly selfConditioning?: boolean;
}

export interface DenoisingObjective extends Objective {
  /** Dropout masks that every run must be fed; known once the losses have been built. */
  readonly masks: () => readonly DropoutMask[];
  /** Values at the start of the parameters that are the loss's and not the network's. */
  readonly initial: ReadonlyMap<string, HostArray<'float32'>>;
}

/**
 * The loss of a denoising network per sample as graph: weight_b·error_b + extra_b as the loss defines them, which for
 * `simple` is w_b·mean(F(x_b, t_b, y_b) − target_b)². Inputs `x`, `t`, what the loss prepares (`target`, `weight`, …),
 * and `class_labels` or `condition` when conditional.
 */
export function denoisingObjective(options: DenoisingOptions): DenoisingObjective {
  const { network, batch, picture, conditional, training, frozen = new Map() } = options;
  const { loss = simple(), weighting, importance = false } = options;
  const head = training ? weighting?.head : undefined;
  if (training) requireFit({ ...options, loss, config: network.config });
  const shape = [batch, ...picture];
  const own = paramEntries(network.params).flatMap(([path, { frozen, shape }]) =>
    frozen ? [] : [[path, shape] as const],
  );
  let masks: readonly DropoutMask[] = [];
  return {
    parameters: new Map([...own, ...(head?.parameters ?? [])]),
    initial: head?.initial() ?? new Map(),
    masks: () => masks,
    losses(parameter) {
      const context = training ? trainingContext() : undefined;
      const params = bindParams(network.params, (path, spec) =>
        spec.frozen ? constant(known(frozen, path)) : parameter(path),
      );
      const labels = conditional ? { classLabels: input('class_labels', [batch], 'int64') } : {};
      const fed = inputs(shape);
      const timestep = fed('t', [batch]);
      const told = options.condition ? { condition: fed('condition', [batch, ...options.condition]) } : {};
      const apply = (sample: Tensor): Tensor =>
        network.apply(params, { sample, timestep, ...labels, ...told }, context);
      const answer = options.selfConditioning ? selfConditioned(apply, { fed, training }) : apply;
      const terms = loss.losses({ shape, fed, network: (x) => separated(answer(x), picture[0]!) });
      masks = context?.masks ?? [];
      const total = added(terms, { fed, head, parameter, batch });
      return importance ? mul(total, fed('importance', [batch])) : total;
    },
  };
}

type Fed = LossGraph['fed'];

/** Graph inputs by name, each made once. */
function inputs(usual: Shape): Fed {
  const made = new Map<string, Tensor>();
  return (name, shape = usual) => {
    const tensor = made.get(name) ?? input(name, shape);
    made.set(name, tensor);
    return tensor;
  };
}

/** The channels of the prediction, and those of the variance where there are as many again. */
function separated(raw: Tensor, channels: number): NetworkAnswer {
  if (raw.shape[1] !== 2 * channels) return { prediction: raw, variance: null };
  const [prediction, variance] = split(raw, { axis: 1, sizes: [channels, channels] });
  return { prediction: prediction!, variance: variance! };
}

/** F(x ‖ F(x ‖ 0)), the inner answer not learning from being shown. */
function selfConditioned(apply: (x: Tensor) => Tensor, at: { readonly fed: Fed; readonly training: boolean }) {
  return (x: Tensor): Tensor => {
    const first = stopGradient(apply(concat(x, constant(floats(x.shape)), { axis: 1 })));
    const rows = x.shape.map((n, i) => (i === 0 ? n : 1));
    const shown = at.training ? mul(first, reshape(at.fed('self', [x.shape[0]!]), { shape: rows })) : first;
    return apply(concat(x, shown, { axis: 1 }));
  };
}

interface AddedOptions {
  readonly fed: Fed;
  readonly head: LossHead | undefined;
  readonly parameter: (name: string) => Tensor;
  readonly batch: number;
}

/** weight·error + extra; with a head weight·error·e^{−u} + u + extra. */
function added({ error, extra }: LossTerms, { fed, head, parameter, batch }: AddedOptions): Tensor {
  if (!error) return extra!;
  const weighted = mul(error, fed('weight', [batch]));
  const errors = head ? uncertain(weighted, { head, fed, parameter, batch }) : weighted;
  return extra ? add(errors, extra) : errors;
}

function uncertain(
  errors: Tensor,
  { head, fed, parameter, batch }: AddedOptions & { readonly head: LossHead },
): Tensor {
  const { factor, term } = head.apply({ errors, features: fed('features', [batch, head.width]), parameter });
  return add(mul(errors, factor), term);
}

export interface FitOptions extends Pick<DenoisingOptions, 'picture' | 'weighting' | 'selfConditioning'> {
  readonly loss: Loss;
  readonly config: NetworkConfig;
}

/** One sentence where a network, a loss and the data do not go together, before anything is built. */
export function requireFit({ loss, config, picture, weighting, selfConditioning = false }: FitOptions): void {
  const [channels = 0] = picture;
  const { in_channels: inside, out_channels: outside } = config;
  const { outputs, values } = loss.needs;
  const refuse = (sentence: string): ToolkitError => new ToolkitError('bad-option', `${loss.name}: ${sentence}`);
  if (outside !== outputs * channels) {
    const needs =
      outputs === 2 ? `${channels} for the prediction and ${channels} for its variance` : 'those of the data';
    throw refuse(
      `the network has ${outside} output channels and needs ${outputs * channels}, ${needs}. Change out_channels.`,
    );
  }
  const seen = selfConditioning ? 2 * channels : channels;
  if (inside !== seen) {
    const needs = selfConditioning ? 'x and what was predicted of it' : 'those of the data';
    throw refuse(`the network has ${inside} input channels and needs ${seen}, ${needs}. Change in_channels.`);
  }
  const size = sizeOf(picture);
  if (size > values) {
    throw refuse(
      `takes one backward pass for each of the ${size} values of a sample, which is sensible up to ${values}. ` +
        'Use sliced, which estimates the same with one.',
    );
  }
  if (weighting?.head && loss.terms === 'extra') {
    throw refuse(`has no error that ${weighting.name} could weight. Use the uniform weighting.`);
  }
}

function known(frozen: ReadonlyMap<string, HostArray<'float32'>>, path: string): HostArray<'float32'> {
  const value = frozen.get(path);
  if (value) return value;
  throw new ToolkitError('bad-option', `denoisingObjective: "${path}" is not trained and needs a value in frozen.`);
}

export interface NoisedOptions {
  readonly loss: Loss;
  readonly grid: Grid;
  readonly prediction: Prediction;
  readonly weighting: Weighting;
  readonly key: Key;
  readonly clean: HostArray<'float32'>;
  /** Training indices, one per picture. */
  readonly indices: ArrayLike<number>;
  /** Class labels, or null for an unconditional network. */
  readonly labels: ArrayLike<number> | null;
  /** Number of the first picture in a job done in parts: row i draws the noise of picture `first + i`. */
  readonly first?: number;
  /** How the noise differs from independent unit Gaussians. */
  readonly noise?: NoiseKind;
  /** What the network is told of the level at an index, where that is not the index; see `asSeen`. */
  readonly told?: (index: number) => number;
  /** All of the data, for losses that need its density. */
  readonly data?: HostArray<'float32'>;
}

/** What one run of the denoising graph is fed: pictures noised to their levels, and what to say about them. */
export function noisedFeeds({ loss, labels, told, ...given }: NoisedOptions): Feeds {
  const { x, index, ...rest } = loss.prepare(given);
  const t = told ? floats(index!.shape, index!.data.map(told)) : index!;
  const head = given.weighting.head;
  return {
    ...{ x: x!, t, ...rest },
    ...(head && { features: featuresOf(head, given) }),
    ...(labels && { class_labels: int64s([labels.length], labels) }),
  };
}

function featuresOf(head: LossHead, { indices, grid }: Pick<NoisedOptions, 'indices' | 'grid'>): HostArray<'float32'> {
  const out = floats([indices.length, head.width]);
  for (let row = 0; row < indices.length; row++) {
    out.data.set(Float32Array.from(head.features(grid.level(indices[row]!))), row * head.width);
  }
  return out;
}

export interface BatchFeedsOptions extends Omit<NoisedOptions, 'clean' | 'indices' | 'labels'> {
  readonly levels: LevelSampler;
  /** Losses so far, for level samplers that draw by them. */
  readonly history?: LevelHistory | null;
  readonly batch: Pick<Batch, 'x' | 'labels'>;
  /** The label that means "no class", and how often it replaces the true one; null for an unconditional network. */
  readonly classes: { readonly nullLabel: number; readonly dropout: number } | null;
  readonly masks?: readonly DropoutMask[];
  /** How often a self-conditioned network is shown its own answer; absent for others. */
  readonly self?: number;
}

/**
 * A training batch: levels, noise, dropped labels and dropout masks, each from its own stream of `key`.
 * Dropping labels is what lets one network be both conditional and unconditional. Ho & Salimans 2022 (arXiv:2207.12598).
 */
export function batchFeeds(options: BatchFeedsOptions): Feeds {
  const { levels, history, batch, classes, masks = [], self, ...given } = options;
  const { key, grid } = given;
  const count = batch.labels.length;
  const { indices, importance } = levels.levels({ key: fold(key, 'levels'), count, grid, history });
  const drawn = uniforms(fold(key, 'label dropout'), count);
  const labels =
    classes &&
    Array.from(batch.labels, (label, i) => (label < 0 || drawn[i]! < classes.dropout ? classes.nullLabel : label));
  const noised = noisedFeeds({ ...given, key: fold(key, 'noise'), clean: batch.x, indices, labels });
  return {
    ...noised,
    ...(importance && { importance: floats([count], Float32Array.from(importance)) }),
    ...(self !== undefined && { self: shownTo({ key: fold(key, 'self-conditioning'), count, share: self }) }),
    ...drawMasks(masks, fold(key, 'dropout')),
  };
}

/** 1 for the rows that are shown what was predicted of them, 0 for the others. */
function shownTo(at: { readonly key: Key; readonly count: number; readonly share: number }): HostArray<'float32'> {
  return floats(
    [at.count],
    Float32Array.from(uniforms(at.key, at.count), (u) => (u < at.share ? 1 : 0)),
  );
}
