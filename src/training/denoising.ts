import { ToolkitError } from '../core/errors.js';
import { type HostArray, int64s, type Shape } from '../core/host-array.js';
import { fold, type Key, uniforms } from '../core/random.js';
import type { Batch } from '../data/index.js';
import {
  type Grid,
  type LevelSampler,
  type Objective as Loss,
  type Prediction,
  type Weighting,
} from '../diffusion/index.js';
import { constant, input, mean, mul, square, sub } from '../graph/index.js';
import { bindParams, type DropoutMask, drawMasks, type Network, paramEntries, trainingContext } from '../nn/index.js';
import type { Feeds } from '../runtime/index.js';
import type { Objective } from './update.js';

export interface DenoisingOptions {
  readonly network: Network;
  readonly batch: number;
  /** [C, H, W] of one picture, [D] of one point. */
  readonly picture: Shape;
  /** Whether class labels are fed. */
  readonly conditional: boolean;
  /** With dropout as in training, or without as in evaluation. */
  readonly training: boolean;
  /** Values of parameters that are not trained. */
  readonly frozen?: ReadonlyMap<string, HostArray<'float32'>>;
}

export interface DenoisingObjective extends Objective {
  /** Dropout masks that every run must be fed; known once the losses have been built. */
  readonly masks: () => readonly DropoutMask[];
}

/**
 * The loss of a denoising network per sample, w_b·mean(F(x_b, t_b, y_b) − target_b)², as graph. Inputs `x`, `t`,
 * `target`, `weight`, and `class_labels` when conditional.
 */
export function denoisingObjective(options: DenoisingOptions): DenoisingObjective {
  const { network, batch, picture, conditional, training, frozen = new Map() } = options;
  const shape = [batch, ...picture];
  let masks: readonly DropoutMask[] = [];
  return {
    parameters: new Map(
      paramEntries(network.params).flatMap(([path, spec]) => (spec.frozen ? [] : [[path, spec.shape] as const])),
    ),
    masks: () => masks,
    losses(parameter) {
      const context = training ? trainingContext() : undefined;
      const params = bindParams(network.params, (path, spec) =>
        spec.frozen ? constant(known(frozen, path)) : parameter(path),
      );
      const labels = conditional ? { classLabels: input('class_labels', [batch], 'int64') } : {};
      const sample = { sample: input('x', shape), timestep: input('t', [batch]), ...labels };
      const raw = network.apply(params, sample, context);
      masks = context?.masks ?? [];
      const error = mean(square(sub(raw, input('target', shape))), { axes: shape.map((_, i) => i).slice(1) });
      return mul(error, input('weight', [batch]));
    },
  };
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
}

/** What one run of the denoising graph is fed: pictures noised to their levels, and what to say about them. */
export function noisedFeeds({ loss, labels, ...given }: NoisedOptions): Feeds {
  const { x, index, target, weight } = loss.prepare(given);
  return { x, t: index, target, weight, ...(labels && { class_labels: int64s([labels.length], labels) }) };
}

export interface BatchFeedsOptions extends Omit<NoisedOptions, 'clean' | 'indices' | 'labels'> {
  readonly levels: LevelSampler;
  readonly batch: Pick<Batch, 'x' | 'labels'>;
  /** The label that means "no class", and how often it replaces the true one; null for an unconditional network. */
  readonly classes: { readonly nullLabel: number; readonly dropout: number } | null;
  readonly masks?: readonly DropoutMask[];
}

/**
 * A training batch: levels, noise, dropped labels and dropout masks, each from its own stream of `key`.
 * Dropping labels is what lets one network be both conditional and unconditional. Ho & Salimans 2022 (arXiv:2207.12598).
 */
export function batchFeeds({ levels, batch, classes, masks = [], ...given }: BatchFeedsOptions): Feeds {
  const { key, grid } = given;
  const count = batch.labels.length;
  const indices = levels.indices(fold(key, 'levels'), count, grid.count);
  const drawn = uniforms(fold(key, 'label dropout'), count);
  const labels =
    classes &&
    Array.from(batch.labels, (label, i) => (label < 0 || drawn[i]! < classes.dropout ? classes.nullLabel : label));
  const noised = noisedFeeds({ ...given, key: fold(key, 'noise'), clean: batch.x, indices, labels });
  return { ...noised, ...drawMasks(masks, fold(key, 'dropout')) };
}
