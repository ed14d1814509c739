import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Grid } from '../grid.js';
import type { Level } from '../level.js';
import type { Prediction } from '../processes/predictions.js';

/**
 * How a denoiser is made of a network F at one level:
 *
 *   D(x; level) = c_skip·x + c_out·F(c_in·x; c_noise)
 *
 * Karras et al. 2022, arXiv:2206.00364, Equation 7.
 */
export interface Coefficients {
  readonly cSkip: number;
  readonly cOut: number;
  readonly cIn: number;
  readonly cNoise: number;
}

/** A family of networks: its coefficients at every level. */
export type Precondition = (level: Level) => Coefficients;

/** What a family of networks may depend on, besides its own options. */
export interface NetworkAt {
  /** The levels of training. */
  readonly grid: Grid;
  /** What the network says, for families that leave it open. */
  readonly prediction: Prediction;
}

export interface PreconditionDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  readonly precondition: (at: NetworkAt, options: Resolved<S>) => Precondition;
}

export interface PreconditionFactory<S extends OptionSpecs = OptionSpecs> {
  (at: NetworkAt, options?: Partial<Resolved<S>>): Precondition;
  readonly definition: PreconditionDefinition<S>;
}

/** Declares a family of networks: its options and its coefficients. */
export function definePrecondition<const S extends OptionSpecs>(
  definition: PreconditionDefinition<S>,
): PreconditionFactory<S> {
  const create = (at: NetworkAt, given: Partial<Resolved<S>> = {}): Precondition =>
    definition.precondition(at, resolve(definition.name, definition.options, given));
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
