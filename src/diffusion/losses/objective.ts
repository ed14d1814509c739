import type { HostArray, Shape } from '../../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Key } from '../../core/random.js';
import type { Tensor } from '../../graph/index.js';
import type { Grid } from '../grid.js';
import type { Prediction } from '../processes/predictions.js';
import type { NoiseKind } from './noised.js';
import type { Weighting } from './weighting.js';

export interface PrepareOptions {
  /** Data, one sample per row: [B, …]. */
  readonly clean: HostArray<'float32'>;
  /** The training index of each row, as a level sampler draws them. */
  readonly indices: ArrayLike<number>;
  readonly grid: Grid;
  readonly prediction: Prediction;
  readonly weighting: Weighting;
  readonly key: Key;
  /** Number of the first row in the whole batch, when a batch is prepared in parts. */
  readonly first?: number;
  /** How the noise differs from independent unit Gaussians. */
  readonly noise?: NoiseKind;
  /** The whole data set [N, …], for objectives that need its density. */
  readonly data?: HostArray<'float32'>;
}

/** What a trainer feeds its graph, and what the losses are made of there; every array has one row per sample. */
export interface TrainingBatch {
  /** What the network sees. */
  readonly x: HostArray<'float32'>;
  /** The training index it is told. */
  readonly index: HostArray<'float32'>;
  /** Anything else, by the name under which `losses` asks for it; `weight`, where there are errors to be weighted. */
  readonly [name: string]: HostArray<'float32'>;
}

/** What the network says of x. */
export interface NetworkAnswer {
  readonly prediction: Tensor;
  /** Where between the smallest and the largest variance of the step it would be (−1 … 1); null without channels for it. */
  readonly variance: Tensor | null;
}

/** What an objective describes its losses with. */
export interface LossGraph {
  /** [B, …] of the data. */
  readonly shape: Shape;
  /** The network at the level of each row. It may be asked more than once, and differentiated by its input. */
  readonly network: (x: Tensor) => NetworkAnswer;
  /** What `prepare` gave under a name: of the shape of the data unless told. */
  readonly fed: (name: string, shape?: Shape) => Tensor;
}

/** The losses of a batch, [B] each. What is trained is weight·error + extra. */
export interface LossTerms {
  /** What weightings are about. */
  readonly error: Tensor | null;
  /** What counts as it is: terms of a bound. */
  readonly extra: Tensor | null;
}

export type TermKind = 'error' | 'extra' | 'both';

/** What an objective asks of whoever trains it, beside batches. */
export interface Needs {
  /** Channels of the network for each channel of the data: 2 where it says a variance too. */
  readonly outputs: 1 | 2;
  /** Whether its formulas hold only for independent unit Gaussian noise. */
  readonly gaussianNoise: boolean;
  /** Whether it is told the whole data set. */
  readonly data: boolean;
  /** The most values a sample may have, where its cost grows with them; Infinity for most. */
  readonly values: number;
}

export interface ObjectiveDefinition<S extends OptionSpecs, B extends TrainingBatch = TrainingBatch> {
  readonly name: string;
  readonly options: S;
  readonly needs?: Partial<Needs> | ((options: Resolved<S>) => Partial<Needs>);
  /** Which terms `losses` gives: errors to be weighted unless told. */
  readonly terms?: TermKind;
  /** Noises a batch: pure, on the host. */
  readonly prepare: (given: PrepareOptions, options: Resolved<S>) => B;
  /** The loss of each row, as graph. */
  readonly losses: (graph: LossGraph, options: Resolved<S>) => LossTerms;
}

/** A training objective with its options settled. */
export interface Objective<B extends TrainingBatch = TrainingBatch> {
  readonly name: string;
  readonly needs: Needs;
  readonly terms: TermKind;
  prepare(given: PrepareOptions): B;
  losses(graph: LossGraph): LossTerms;
}

export interface ObjectiveFactory<S extends OptionSpecs = OptionSpecs, B extends TrainingBatch = TrainingBatch> {
  (options?: Partial<Resolved<S>>): Objective<B>;
  readonly definition: ObjectiveDefinition<S, B>;
}

const usualNeeds: Needs = { outputs: 1, gaussianNoise: false, data: false, values: Infinity };

/** Declares an objective: how a batch is noised, and what its losses are. */
export function defineObjective<const S extends OptionSpecs, B extends TrainingBatch>(
  definition: ObjectiveDefinition<S, B>,
): ObjectiveFactory<S, B> {
  const create = (given: Partial<Resolved<S>> = {}): Objective<B> => {
    const options = resolve(definition.name, definition.options, given);
    const { needs } = definition;
    return Object.freeze({
      name: definition.name,
      needs: { ...usualNeeds, ...(typeof needs === 'function' ? needs(options) : needs) },
      terms: definition.terms ?? 'error',
      prepare: (at: PrepareOptions) => definition.prepare(at, options),
      losses: (graph: LossGraph) => definition.losses(graph, options),
    });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
