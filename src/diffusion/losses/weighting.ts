import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Level } from '../level.js';
import type { Prediction } from '../processes/predictions.js';

export interface WeightAt {
  readonly level: Level;
  readonly prediction: Prediction;
}

export interface WeightingDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  /** The factor of the squared error of the prediction that is trained, at one level. */
  readonly weight: (at: WeightAt, options: Resolved<S>) => number;
}

/** How much each noise level counts, with its options settled. */
export interface Weighting {
  readonly name: string;
  weight(at: WeightAt): number;
}

export interface WeightingFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Weighting;
  readonly definition: WeightingDefinition<S>;
}

export function defineWeighting<const S extends OptionSpecs>(definition: WeightingDefinition<S>): WeightingFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): Weighting => {
    const options = resolve(definition.name, definition.options, given);
    return Object.freeze({ name: definition.name, weight: (at: WeightAt) => definition.weight(at, options) });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
