import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Key } from '../../core/random.js';

export interface LevelSamplerDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  /** `count` times in [0, 1), where a training batch looks. */
  readonly draw: (key: Key, count: number, options: Resolved<S>) => Float64Array;
}

/** Where on the noise axis training looks, with its options settled. */
export interface LevelSampler {
  readonly name: string;
  times(key: Key, count: number): Float64Array;
  /** The same draw as training indices in [0, `below`). */
  indices(key: Key, count: number, below: number): Int32Array;
}

export interface LevelSamplerFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): LevelSampler;
  readonly definition: LevelSamplerDefinition<S>;
}

export function defineLevelSampler<const S extends OptionSpecs>(
  definition: LevelSamplerDefinition<S>,
): LevelSamplerFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): LevelSampler => {
    const options = resolve(definition.name, definition.options, given);
    const times = (key: Key, count: number): Float64Array => definition.draw(key, count, options);
    const indices = (key: Key, count: number, below: number): Int32Array =>
      Int32Array.from(times(key, count), (t) => Math.floor(t * below));
    return Object.freeze({ name: definition.name, times, indices });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
