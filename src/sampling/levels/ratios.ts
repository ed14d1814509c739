import { ToolkitError } from '../../core/errors.js';
import type { Grid } from '../../diffusion/grid.js';
import type { Level } from '../../diffusion/level.js';
import { after, type End, levelAt, ratioOf, roundHalfEven, type Scale, scaled } from './descent.js';
import { indexSpacings } from './index-spacing.js';

/** The settled `ratioOptions`. */
export interface RatioOptions {
  readonly sigmaMin: number | null;
  readonly sigmaMax: number | null;
  readonly within: 'training' | 'leading' | 'trailing';
  readonly offset: number;
  readonly end: End;
  readonly scale: Scale;
  readonly told: 'exact' | 'rounded' | 'truncated' | 'leading' | 'trailing' | 'linspace';
  readonly leastAlpha: number;
}

export interface RatioSteps extends RatioOptions {
  /** Who asks, for messages. */
  readonly who: string;
  readonly grid: Grid;
  readonly count: number;
  /** The ratios σ/α to visit, from noisy to clean, given the bounds. */
  readonly ratios: (bounds: Bounds) => readonly number[];
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Levels with given ratios σ/α between the bounds that the options and the training levels set, and the end after. */
export function ratioSteps(options: RatioSteps): readonly Level[] {
  const { grid, end, scale, leastAlpha, count } = options;
  const place = (level: Level): Level => scaled(level, { scale, kind: grid.kind });
  const told = toldIndices(options);
  const all = options.ratios(boundsOf(options)).map((sigma, i) => {
    const level = place({ alpha: 1, sigma });
    const cNoise = told(level, i);
    return cNoise === null ? level : { ...level, cNoise };
  });
  if (all.length > count) return all; // the ratios bring their own end
  if (end === 'above') return [all[0]!, ...all];
  const first = (): Level => place(levelAt({ grid, index: 0, leastAlpha }));
  return [...all, after({ last: all[all.length - 1]!, first, end })];
}

/** The least and the most σ/α that are visited. */
export function boundsOf(options: Omit<RatioSteps, 'ratios'>): Bounds {
  const { who, grid, sigmaMin, sigmaMax, within, offset, count, leastAlpha } = options;
  const indices =
    within === 'training' ? [grid.count - 1, 0] : indexSpacings[within]({ total: grid.count, count, offset });
  const at = (index: number): number => ratioOf(levelAt({ grid, index, leastAlpha }));
  const max = sigmaMax ?? at(Math.min(indices[0]!, grid.count - 1));
  const min = sigmaMin ?? at(indices[indices.length - 1]!);
  if (max === Infinity) {
    throw new ToolkitError(
      'bad-option',
      `${who}: this model was trained down to pure noise, where sigma is infinite. Set sigmaMax, for example to 80.`,
    );
  }
  if (!(0 < min && (min < max || count === 1))) {
    throw new ToolkitError(
      'bad-option',
      `${who}: need 0 < sigmaMin < sigmaMax, got sigmaMin = ${min}, sigmaMax = ${max}.`,
    );
  }
  return { min, max };
}

/** What the network is told of the i-th level; null for what follows from the level. */
function toldIndices({
  who,
  told,
  grid,
  count,
  offset,
  leastAlpha,
}: RatioSteps): (level: Level, i: number) => number | null {
  const index = (level: Level): number => indexBelowCap({ grid, level, leastAlpha }) ?? grid.indexOf(level);
  if (told === 'exact') return (level) => indexBelowCap({ grid, level, leastAlpha });
  if (told === 'rounded') return (level) => roundHalfEven(index(level));
  if (told === 'truncated')
    return (level) => Math.trunc(who === 'log-snr' ? index(level) : belowTable(index(level), level));
  const indices = indexSpacings[told]({ total: grid.count, count, offset });
  return (_, i) => indices[Math.min(i, count - 1)]!;
}

/**
 * diffusers looks ln(σ/α) up in a table of float32 logarithms. Where the entry of a training level was rounded up, the
 * level itself lies below it, and truncating gives the index before. Not so for steps that are made of such logarithms.
 */
function belowTable(index: number, level: Level): number {
  const log = Math.log(Math.fround(ratioOf(level)));
  return Number.isInteger(index) && index > 0 && Math.fround(log) > log ? index - 1 : index;
}

interface Capped {
  readonly grid: Grid;
  readonly level: Level;
  readonly leastAlpha: number;
}

/** The index between the last two levels where α of the last was raised to `leastAlpha`; null for all other levels. */
function indexBelowCap({ grid, level, leastAlpha }: Capped): number | null {
  const last = grid.count - 1;
  if (last === 0 || grid.continuous || grid.level(last).alpha >= leastAlpha) return null;
  const [below, top, own] = [
    levelAt({ grid, index: last - 1, leastAlpha }),
    levelAt({ grid, index: last, leastAlpha }),
    level,
  ].map((at) => Math.log(ratioOf(at))) as [number, number, number];
  return own <= below ? null : Math.min(last, last - 1 + (own - below) / (top - below));
}

/** `count` fractions from 0 to 1, both included; 0 alone where one is asked for. */
export const fractions = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => (count === 1 ? 0 : i / (count - 1)));
