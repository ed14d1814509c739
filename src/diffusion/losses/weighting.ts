import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Grid } from '../grid.js';
import type { Level } from '../level.js';
import type { Prediction } from '../processes/predictions.js';
import type { LossHead } from './loss-head.js';

export interface WeightAt {
  readonly level: Level;
  readonly prediction: Prediction;
  /** Where on a training grid the level is: for weightings that speak of time. */
  readonly place?: Place;
}

export interface Place {
  readonly grid: Grid;
  readonly index: number;
}

export interface WeightingDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  /** The factor of the squared error of the prediction that is trained, at one level. */
  readonly weight: (at: WeightAt, options: Resolved<S>) => number;
  /** What is learnt beside the network about how much a level counts; nothing for most. */
  readonly head?: (options: Resolved<S>) => LossHead;
}

/** How much each noise level counts, with its options settled. */
export interface Weighting {
  readonly name: string;
  weight(at: WeightAt): number;
  /** Parameters of its own, trained with the network and no part of the model; absent for most. */
  readonly head?: LossHead | undefined;
}

export interface WeightingFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Weighting;
  readonly definition: WeightingDefinition<S>;
}

export function defineWeighting<const S extends OptionSpecs>(definition: WeightingDefinition<S>): WeightingFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): Weighting => {
    const options = resolve(definition.name, definition.options, given);
    const head = definition.head?.(options);
    return Object.freeze({
      name: definition.name,
      weight: (at: WeightAt) => definition.weight(at, options),
      ...(head && { head }),
    });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
