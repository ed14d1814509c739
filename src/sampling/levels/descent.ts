import { show, ToolkitError } from '../../core/errors.js';
import { choice, number } from '../../core/options.js';
import type { Grid } from '../../diffusion/grid.js';
import { rescaled } from '../../diffusion/kind.js';
import { cleanLevel, type Level } from '../../diffusion/level.js';
import type { Interval } from '../intervals.js';

const end = choice(['clean', 'first', 'last', 'above'], {
  default: 'clean',
  help:
    'The level after the last: no noise at all, the least noise of training, or the last one once more; or none, and ' +
    'the most noise of training before the first, for walks up.',
});

const scale = { own: 'own', exploding: 'exploding' } as const;

const leastAlpha = number({
  default: 0,
  min: 0,
  max: 1,
  help: 'Least α of the last level. On a chain that ends in pure noise, 2⁻¹² keeps σ/α finite, as diffusers does.',
});

/** Options shared by all steps that visit levels by their index. */
export const landingOptions = {
  end,
  landing: choice(['next', 'stride', 'heun', 'runge-kutta'], {
    default: 'next',
    help: 'Where a step lands: on the next level; ⌊N/count⌋ indices down; or as PNDM starts in diffusers.',
  }),
  scale: choice([scale.own, scale.exploding], {
    default: 'own',
    help: 'The scale of x: that of the model, or α = 1 everywhere.',
  }),
  lambdaMin: number({ default: null, help: 'Levels whose ln(α/σ) is below are left out; none when not set.' }),
  leastAlpha,
} as const;

/** Options shared by all steps that choose σ (at α = 1, so σ/α of any scale). */
export const ratioOptions = {
  sigmaMin: number({ default: null, min: 0, help: 'Least positive noise σ/α; from the training levels when not set.' }),
  sigmaMax: number({ default: null, min: 0, help: 'Most noise σ/α; from the training levels when not set.' }),
  within: choice(['training', 'leading', 'trailing'], {
    default: 'training',
    help: 'Where unset bounds come from: all training levels, or the first and last of that spacing.',
  }),
  offset: number({ default: 0, min: 0, max: 1e6, help: 'Added to the indices of leading spacing.' }),
  end,
  scale: choice([scale.exploding, scale.own], {
    default: 'exploding',
    help: 'The scale of x: α = 1 everywhere, or that of the model.',
  }),
  told: choice(['exact', 'rounded', 'truncated', 'leading', 'trailing', 'linspace'], {
    default: 'exact',
    help: 'The index the network is told: that of the level, a whole one near it, or the one of that spacing.',
  }),
  leastAlpha,
} as const;

export type Scale = 'own' | 'exploding';
export type End = 'clean' | 'first' | 'last' | 'above';

/**
 * `next`: on the next level. `stride`: s = ⌊N/count⌋ indices down, as DDIM does in diffusers. `heun` and `runge-kutta`: s
 * indices down, but for the steps with which PNDM starts there, whose levels between are prescribed.
 */
export type Landing = 'next' | 'stride' | 'heun' | 'runge-kutta';

export interface DescentOptions {
  readonly grid: Grid;
  /** Number of steps asked for, where it is not the number of indices. */
  readonly count?: number;
  readonly indices: readonly number[];
  /** The index of the most noise, for walks that end there; N − 1 unless told. */
  readonly top?: number;
  readonly end?: End;
  readonly landing?: Landing;
  readonly scale?: Scale;
  readonly leastAlpha?: number;
}

/** Steps through training levels, given their indices from noisy to clean; between whole ones σ/α is interpolated. */
export function descent(options: DescentOptions): readonly Interval[] {
  const { grid, indices, end = 'clean', landing = 'next', scale = 'own', leastAlpha = 0 } = options;
  const count = options.count ?? indices.length;
  if (!(Number.isInteger(count) && count >= 1 && (count <= grid.count || grid.continuous))) {
    throw new ToolkitError(
      'bad-option',
      `steps: count must be an integer in [1, ${grid.count}] on a grid of ${grid.count} training steps, got ${show(count)}.`,
    );
  }
  const beyond = indices.find((index) => index > grid.count - 1);
  if (beyond !== undefined) {
    throw new ToolkitError(
      'bad-option',
      `steps: index ${beyond} lies beyond the ${grid.count} training steps. Use a smaller offset or fewer steps.`,
    );
  }
  const at = (index: number): Level => scaled(levelAt({ grid, index, leastAlpha }), { scale, kind: grid.kind });
  if (end === 'above') {
    const levels = [options.top ?? grid.count - 1, ...indices].map(at);
    return levels.slice(1).map((to, i) => ({ from: levels[i]!, to }));
  }
  const stride = Math.floor(grid.count / count);
  return indices.map((index, i) => {
    const next = indices[i + 1];
    const byStages = landing === 'runge-kutta' && i < 3;
    const target = landing === 'next' || byStages ? (next ?? -1) : index - stride;
    const to = target >= 0 ? at(target) : after({ last: at(index), first: () => at(0), end });
    const between = next === undefined ? [] : stages({ index, next, stride, landing, step: i });
    return { from: at(index), to, ...(between.length > 0 && { via: between.map(at) }) };
  });
}

interface Stages {
  readonly index: number;
  readonly next: number;
  readonly stride: number;
  readonly landing: Landing;
  readonly step: number;
}

/** Indices between where PNDM of diffusers moves to and where it asks; apart where spacing and stride differ. */
function stages({ index, next, stride, landing, step }: Stages): readonly number[] {
  const half = Math.floor(stride / 2);
  if (landing === 'runge-kutta' && step < 3) return [index - half, next + half];
  return landing === 'heun' && step === 0 ? [next + stride, next] : [];
}

interface After {
  readonly last: Level;
  readonly first: () => Level;
  readonly end: Exclude<End, 'above'>;
}

/** The level after the last one that is visited. */
export const after = ({ last, first, end }: After): Level =>
  end === 'clean' ? cleanLevel : end === 'first' ? first() : last;

interface LevelAt {
  readonly grid: Grid;
  readonly index: number;
  readonly leastAlpha: number;
}

/**
 * The level at an index, whole or not; α of the last is at least `leastAlpha`. Between two levels of a chain σ/α is
 * interpolated linearly and the network is told the index, as the σ-schedulers of diffusers do.
 */
export function levelAt({ grid, index, leastAlpha }: LevelAt): Level {
  if (grid.continuous || Number.isInteger(index)) return capped({ grid, index, leastAlpha });
  const low = Math.floor(index);
  const [below, above] = [low, low + 1].map((i) => ratioOf(capped({ grid, index: i, leastAlpha })));
  const level = { alpha: 1, sigma: below! + (index - low) * (above! - below!) };
  return { ...scaled(level, { scale: 'own', kind: grid.kind }), cNoise: index };
}

/**
 * The last level with the least signal that is allowed; the network is told its index all the same. The other levels of a
 * chain stay as they are, also those that have less signal than the last one then: so it is in diffusers.
 */
function capped({ grid, index, leastAlpha }: LevelAt): Level {
  const level = grid.level(index);
  const isLast = grid.continuous || index >= grid.count - 1;
  if (level.alpha >= leastAlpha || !isLast) return level;
  return { alpha: leastAlpha, sigma: Math.sqrt(1 - leastAlpha ** 2), cNoise: index };
}

/** σ/α: the noise of a level when its signal is 1. */
export const ratioOf = ({ alpha, sigma }: Level): number => sigma / alpha;

interface ScaledOptions {
  readonly scale: Scale;
  readonly kind: Grid['kind'];
}

/** The level with the same σ/α in another scale of x. */
export function scaled(level: Level, { scale, kind }: ScaledOptions): Level {
  if (scale === 'exploding' && level.alpha === 0) {
    throw new ToolkitError(
      'bad-option',
      'steps: this model was trained down to pure noise, where sigma/alpha is infinite. ' +
        'Keep the scale of the model, or set leastAlpha, for example to 2^-12.',
    );
  }
  return rescaled({ level, kind: scale === 'exploding' ? 'variance-exploding' : kind });
}

/** Rounds halves to the even neighbour, as numpy does. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
