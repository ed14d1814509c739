import { ToolkitError } from '../../core/errors.js';
import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Key } from '../../core/random.js';
import type { Grid } from '../grid.js';
import type { HistorySize, LevelHistory } from './level-history.js';

export interface DrawAt {
  readonly key: Key;
  readonly count: number;
  /** The levels of training, for samplers that speak of noise levels instead of time. */
  readonly grid: Grid;
  /** What was learnt so far, for samplers that declare a `history`. */
  readonly history: LevelHistory | null;
}

/** Where a training batch looks. */
export interface DrawnTimes {
  /** In [0, 1). */
  readonly times: Float64Array;
  /** Factor of each loss that makes its mean that of uniform times; absent where that is not wanted. */
  readonly importance?: Float64Array;
}

export interface LevelSamplerDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  /** The history of losses it draws by; nothing for most. */
  readonly history?: (options: Resolved<S>) => HistorySize;
  readonly draw: (at: DrawAt, options: Resolved<S>) => DrawnTimes;
}

export interface DrawOptions extends Omit<DrawAt, 'history'> {
  readonly history?: LevelHistory | null | undefined;
}

/** Training indices and what their losses count. */
export interface DrawnLevels {
  readonly indices: Int32Array;
  readonly importance: Float64Array | null;
}

/** Where on the noise axis training looks, with its options settled. */
export interface LevelSampler {
  readonly name: string;
  /** The size of the history that a run must keep for it, or null. */
  readonly history: HistorySize | null;
  times(options: DrawOptions): DrawnTimes;
  /** The same draw as indices of the grid. */
  levels(options: DrawOptions): DrawnLevels;
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
    const size = definition.history?.(options) ?? null;
    const times = ({ history = null, ...at }: DrawOptions): DrawnTimes => {
      const fits = history?.parts === size?.parts && history?.memory === size?.memory;
      if (size && !fits) {
        throw new ToolkitError(
          'bad-option',
          `${definition.name}: needs a history of ${size.parts} × ${size.memory} losses, got ` +
            `${history ? `${history.parts} × ${history.memory}` : 'none'}. Make one with createLevelHistory.`,
        );
      }
      return definition.draw({ ...at, history }, options);
    };
    const levels = (at: DrawOptions): DrawnLevels => {
      const drawn = times(at);
      const indices = Int32Array.from(drawn.times, (t) => Math.floor(t * at.grid.count));
      return { indices, importance: drawn.importance ?? null };
    };
    return Object.freeze({ name: definition.name, history: size, times, levels });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
