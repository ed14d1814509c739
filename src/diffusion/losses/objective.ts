import type { HostArray } from '../../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Key } from '../../core/random.js';
import type { Grid } from '../grid.js';
import type { Prediction } from '../processes/predictions.js';
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
}

/** What a trainer feeds its graph: loss = mean_b weight_b · mean (F(x_b, index_b) − target_b)². */
export interface TrainingBatch {
  readonly x: HostArray<'float32'>;
  readonly index: HostArray<'float32'>;
  readonly target: HostArray<'float32'>;
  readonly weight: HostArray<'float32'>;
}

export interface ObjectiveDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  readonly prepare: (given: PrepareOptions, options: Resolved<S>) => TrainingBatch;
}

/** A training objective with its options settled. */
export interface Objective {
  readonly name: string;
  prepare(given: PrepareOptions): TrainingBatch;
}

export interface ObjectiveFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Objective;
  readonly definition: ObjectiveDefinition<S>;
}

export function defineObjective<const S extends OptionSpecs>(definition: ObjectiveDefinition<S>): ObjectiveFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): Objective => {
    const options = resolve(definition.name, definition.options, given);
    return Object.freeze({ name: definition.name, prepare: (at: PrepareOptions) => definition.prepare(at, options) });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
