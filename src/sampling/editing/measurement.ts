import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Batch } from './batch.js';

export interface MeasurementDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  /** A·x: what is seen of pictures [B, C, H, W]. */
  apply(x: Batch, options: Resolved<S>, mask: Batch | null): Batch;
  /** Aᵀ·y: the shape of the pictures back. `shape` is theirs. */
  adjoint(y: Batch, shape: readonly number[], options: Resolved<S>, mask: Batch | null): Batch;
  /**
   * c where A·Aᵀ = c·I: then the pseudo-inverse is Aᵀ/c. Undefined where rows of A are not orthogonal or not of one
   * length.
   */
  gram?(options: Resolved<S>): number;
}

/** What is seen of a picture, as a linear map with its options settled. */
export interface Measurement {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly gram: number | null;
  apply(x: Batch): Batch;
  adjoint(y: Batch, shape: readonly number[]): Batch;
}

export interface MeasurementFactory<S extends OptionSpecs = OptionSpecs> {
  /** `mask` is for measurements that see some pixels alone. */
  (options?: Partial<Resolved<S>>, mask?: Batch | null): Measurement;
  readonly definition: MeasurementDefinition<S>;
}

/** Declares a linear measurement: its options, the map and its adjoint. */
export function defineMeasurement<const S extends OptionSpecs>(
  definition: MeasurementDefinition<S>,
): MeasurementFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}, mask: Batch | null = null): Measurement => {
    const options = resolve(definition.name, definition.options, given);
    return Object.freeze({
      name: definition.name,
      options,
      gram: definition.gram?.(options) ?? null,
      apply: (x: Batch) => definition.apply(x, options, mask),
      adjoint: (y: Batch, shape: readonly number[]) => definition.adjoint(y, shape, options, mask),
    });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
