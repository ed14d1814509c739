import { floats, type HostArray, type Shape } from '../core/host-array.js';
import { fold, type Key, uniforms } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import type { Batch } from '../data/index.js';
import { type Grid, type Level, type LevelSampler, mixRows } from '../diffusion/index.js';
import { input, type Tensor } from '../graph/index.js';
import {
  bindParams,
  type Classifier,
  type DropoutMask,
  drawMasks,
  paramEntries,
  trainingContext,
} from '../nn/index.js';
import type { Feeds } from '../runtime/index.js';
import type { ClassifierTarget } from './targets/index.js';
import type { Objective } from './update.js';

export interface ClassificationOptions {
  readonly network: Classifier;
  /** What is told of pictures. */
  readonly target: ClassifierTarget;
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
 * The loss of a classifier per sample as graph: the target's, of logits F(x), or F(x_t, t) where the network knows noise
 * levels. Inputs `x`, `t` for such networks, and what the target is fed, rows of zeros for pictures that do not count.
 */
export function classificationObjective(options: ClassificationOptions): ClassificationObjective {
  const { network, training } = options;
  let masks: readonly DropoutMask[] = [];
  return {
    parameters: new Map(paramEntries(network.params).map(([path, { shape }]) => [path, shape])),
    masks: () => masks,
    losses(parameter) {
      const context = training ? trainingContext() : undefined;
      const { losses } = classified({ ...options, parameter, context });
      masks = context?.masks ?? [];
      return losses;
    },
  };
}

export interface ClassifiedOptions extends Omit<ClassificationOptions, 'training'> {
  readonly parameter: (name: string) => Tensor;
  readonly context?: ReturnType<typeof trainingContext> | undefined;
}

/** Losses [B] and logits [B, K] of one batch. */
export function classified({ network, target, batch, picture, parameter, context }: ClassifiedOptions) {
  const params = bindParams(network.params, parameter);
  const timestep = network.config.noise_conditional ? input('t', [batch]) : undefined;
  const { logits } = network.apply(params, { sample: input('x', [batch, ...picture]), timestep }, context);
  const fed = new Map(target.inputs.map((name) => [name, input(name, logits.shape)]));
  return { logits, losses: target.losses(logits, (name) => fed.get(name)!) };
}

/** The noise that a noise-aware classifier sees pictures through. */
export interface ClassifierNoise {
  /** The levels, in the scale of x that the network sees; see `asSeen`. */
  readonly grid: Grid;
  /** What the network is told of the level at an index. */
  readonly told: (index: number) => number;
}

export interface SeenOptions extends ClassifierNoise {
  readonly clean: HostArray<'float32'>;
  /** Indices of the grid, one a picture; −1 for a picture without noise. */
  readonly indices: ArrayLike<number>;
  readonly key: Key;
  /** Number of the first picture in a job done in parts. */
  readonly first?: number;
}

/** Pictures as a noise-aware classifier sees them, x_t = α·x₀ + σ·ε, and what it is told, which is level 0 for clean ones. */
export function seenThroughNoise({ grid, told, clean, indices, key, first = 0 }: SeenOptions): Feeds {
  const levels = Array.from(
    indices,
    (index): Pick<Level, 'alpha' | 'sigma'> => (index < 0 ? unnoised(grid) : grid.level(index)),
  );
  const noise = batchSpace({ first }).gaussian(clean, key);
  return {
    x: mixRows({ clean, noise, mixes: levels.map(({ alpha, sigma }) => ({ clean: alpha, noise: sigma })) }),
    t: floats(
      [levels.length],
      Float32Array.from(indices, (index) => told(Math.max(0, index))),
    ),
  };
}

/** No noise, at the scale that the least noisy level gives the data. */
const unnoised = (grid: Grid): Pick<Level, 'alpha' | 'sigma'> => ({ alpha: grid.level(0).alpha, sigma: 0 });

export interface TrainingNoise extends ClassifierNoise {
  readonly levels: LevelSampler;
  /** Share of pictures that are shown without noise. */
  readonly cleanShare: number;
}

export interface ClassificationFeedsOptions {
  readonly batch: Pick<Batch, 'x' | 'items'>;
  readonly target: ClassifierTarget;
  readonly masks: readonly DropoutMask[];
  readonly key: Key;
  /** How much noise is added; null for a classifier of clean pictures. */
  readonly noise?: TrainingNoise | null;
}

/** What one run of the classification graph is fed. */
export function classificationFeeds({ batch, target, masks, key, noise = null }: ClassificationFeedsOptions): Feeds {
  const { x: clean, items } = batch;
  return {
    ...(noise ? noisy(clean, { ...noise, key }) : { x: clean }),
    ...target.feeds(items),
    ...drawMasks(masks, fold(key, 'dropout')),
  };
}

function noisy(
  clean: HostArray<'float32'>,
  { key, levels, cleanShare, ...noise }: TrainingNoise & { readonly key: Key },
): Feeds {
  const count = clean.shape[0]!;
  const { indices } = levels.levels({ key: fold(key, 'levels'), count, grid: noise.grid });
  const spared = uniforms(fold(key, 'clean'), count);
  const drawn = indices.map((index, i) => (spared[i]! < cleanShare ? -1 : index));
  return seenThroughNoise({ ...noise, clean, indices: drawn, key: fold(key, 'noise') });
}
