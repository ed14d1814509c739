import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray, type Shape } from '../core/host-array.js';
import { fold, type Key } from '../core/random.js';
import { type Batch, type DataSet, gather } from '../data/index.js';
import { input, logSoftmax, mul, neg, optimize, sum, type Tensor } from '../graph/index.js';
import {
  bindParams,
  type Classifier,
  type DropoutMask,
  drawMasks,
  type ParamValues,
  paramEntries,
  trainingContext,
} from '../nn/index.js';
import type { Executable, Feeds, Runtime } from '../runtime/index.js';
import type { Objective } from './update.js';
import { type HeldOutLoss, spread } from './validate.js';

export interface ClassificationOptions {
  readonly network: Classifier;
  readonly batch: number;
  /** [C, H, W] of one picture. */
  readonly picture: Shape;
  /** With dropout as in training, or without as in evaluation. */
  readonly training: boolean;
}

export interface ClassificationObjective extends Objective {
  /** Dropout masks that every run must be fed; known once the losses have been built. */
  readonly masks: () => readonly DropoutMask[];
}

/**
 * The cross-entropy of a classifier per sample, −Σ_k y_k·ln softmax(F(x))_k, as graph. Inputs `x` and `target`, a row of
 * probabilities for each picture: one where the class is, or nothing at all for a picture that does not count.
 */
export function classificationObjective(options: ClassificationOptions): ClassificationObjective {
  const { network, training } = options;
  let masks: readonly DropoutMask[] = [];
  return {
    parameters: new Map(paramEntries(network.params).map(([path, { shape }]) => [path, shape])),
    masks: () => masks,
    losses(parameter) {
      const context = training ? trainingContext() : undefined;
      const { logits, target } = classified({ ...options, parameter, context });
      masks = context?.masks ?? [];
      return crossEntropy(logits, target);
    },
  };
}

const crossEntropy = (logits: Tensor, target: Tensor): Tensor =>
  neg(sum(mul(target, logSoftmax(logits)), { axes: [1] }));

interface ClassifiedOptions extends Omit<ClassificationOptions, 'training'> {
  readonly parameter: (name: string) => Tensor;
  readonly context: ReturnType<typeof trainingContext> | undefined;
}

function classified({ network, batch, picture, parameter, context }: ClassifiedOptions) {
  const params = bindParams(network.params, parameter);
  const { logits } = network.apply(params, { sample: input('x', [batch, ...picture]) }, context);
  return { logits, target: input('target', logits.shape) };
}

/** The one-hot rows of some labels, [B, K]; a label below 0 gives a row of zeros. */
export function oneHot(labels: ArrayLike<number>, classes: number): HostArray<'float32'> {
  const out = floats([labels.length, classes]);
  for (const [row, label] of Array.from(labels).entries()) {
    if (label >= classes) {
      throw new ToolkitError('bad-label', `oneHot: labels must be below ${classes}, got ${label}.`);
    }
    if (label >= 0) out.data[row * classes + label] = 1;
  }
  return out;
}

export interface ClassificationFeedsOptions {
  readonly batch: Pick<Batch, 'x' | 'labels'>;
  readonly classes: number;
  readonly masks: readonly DropoutMask[];
  readonly key: Key;
}

/** What one run of the classification graph is fed. */
export const classificationFeeds = ({ batch, classes, masks, key }: ClassificationFeedsOptions): Feeds => ({
  x: batch.x,
  target: oneHot(batch.labels, classes),
  ...drawMasks(masks, fold(key, 'dropout')),
});

/** Cross-entropy and share of right answers on pictures that were not trained on. */
export interface HeldOutAccuracy extends HeldOutLoss {
  /** In [0, 1]. */
  readonly accuracy: number;
}

export interface ClassificationValidatorOptions extends Omit<ClassificationOptions, 'training'> {
  readonly runtime: Runtime;
  readonly data: DataSet;
  /** Positions of the held-out pictures. */
  readonly indices: ArrayLike<number>;
  /** Pictures looked at. */
  readonly most?: number;
}

/** Measures a classifier on held-out pictures with a class, always the same ones. */
export async function createClassificationValidator(options: ClassificationValidatorOptions) {
  const { runtime, network, batch, data, most = 1000 } = options;
  const classes = network.config.num_classes;
  const parameter = (name: string, shape: Shape): Tensor => input(`param/${name}`, shape);
  const parameters = new Map(paramEntries(network.params).map(([name, { shape }]) => [name, parameter(name, shape)]));
  const { logits, target } = classified({ ...options, parameter: (name) => parameters.get(name)!, context: undefined });
  const graph = optimize({ outputs: { losses: crossEntropy(logits, target), logits } });
  const executable: Executable = await runtime.compile(graph);
  const known = Array.from(options.indices).filter((i) => data.items[i]!.label >= 0);
  const chosen = spread(known, most);
  return {
    async measure(values: ParamValues, signal?: AbortSignal): Promise<HeldOutAccuracy> {
      const weights: Feeds = Object.fromEntries(
        [...parameters.keys()].map((name) => [`param/${name}`, values.get(name)!]),
      );
      let [loss, right] = [0, 0];
      for (let at = 0; at < chosen.length; at += batch) {
        signal?.throwIfAborted();
        const part = chosen.slice(at, at + batch);
        const { x, labels } = gather(
          data,
          Array.from({ length: batch }, (_, i) => part[i] ?? part[0]!),
        );
        const results = await executable.run({ x, target: oneHot(labels, classes), ...weights });
        const [losses, scores] = [results['losses']!.data as Float32Array, results['logits']!.data as Float32Array];
        for (let i = 0; i < part.length; i++) {
          loss += losses[i]!;
          if (largest(scores.subarray(i * classes, (i + 1) * classes)) === labels[i]) right += 1;
        }
      }
      const pictures = chosen.length;
      return { mean: loss / pictures, byLevel: [], pictures, accuracy: right / pictures };
    },
    [Symbol.dispose]: () => executable.close(),
  };
}

/** Where the largest of some numbers stands. */
function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
