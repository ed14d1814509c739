import { show, ToolkitError } from '../core/errors.js';
import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Grid } from '../diffusion/grid.js';
import type { Steps } from './intervals.js';

export interface StepsAt {
  /** Number of steps. */
  readonly count: number;
  /** The levels the model was trained on. */
  readonly grid: Grid;
}

export interface StepsDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  readonly levels: (at: StepsAt, options: Resolved<S>) => Steps;
}

/** A choice of noise levels with its options settled. */
export interface NoiseSteps {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  levels(at: StepsAt): Steps;
}

export interface StepsFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): NoiseSteps;
  readonly definition: StepsDefinition<S>;
}

/** More than any chain was ever cut into; stops a mistyped count before it fills the memory. */
const mostSteps = 100_000;

/** Declares a way to choose noise levels. */
export function defineSteps<const S extends OptionSpecs>(definition: StepsDefinition<S>): StepsFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): NoiseSteps => {
    const options = resolve(definition.name, definition.options, given);
    const levels = (at: StepsAt): Steps => {
      if (Number.isInteger(at.count) && at.count >= 1 && at.count <= mostSteps) return definition.levels(at, options);
      const range = `an integer in [1, ${mostSteps}]`;
      throw new ToolkitError('bad-option', `${definition.name}: count must be ${range}, got ${show(at.count)}.`);
    };
    return Object.freeze({ name: definition.name, options, levels });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
