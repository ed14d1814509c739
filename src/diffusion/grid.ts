import { show, ToolkitError } from '../core/errors.js';
import { continuousGrid } from './continuous-grid.js';
import { cumulative, type Grid, makeGrid } from './make-grid.js';
import type { Schedule } from './schedule.js';
import { shifted } from './shift.js';

export type { Grid, Rates } from './make-grid.js';

export interface GridOptions {
  readonly schedule: Schedule;
  /** Number of training steps. */
  readonly count?: number;
  /** Shifts and scales √ᾱ so that the last level is pure noise. */
  readonly zeroTerminalSnr?: boolean;
  /** What σ/α of every level is multiplied by; for pictures larger than the schedule was made for. See `shifted`. */
  readonly shift?: number;
}

/**
 * Cuts a schedule into training steps. Levels of index i: those of the chain of β where there is one; otherwise those at
 * t = (i + 1)/N, or from end to end, t = i/(N − 1), where the curve itself starts with some noise.
 *
 * @example
 * import { cosine, grid } from 'langevin/diffusion';
 * const training = grid({ schedule: cosine(), count: 1000 });
 * training.indexOf(training.level(250)); // → 250
 */
export function grid({ schedule, count = 1000, zeroTerminalSnr = false, shift = 1 }: GridOptions): Grid {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new ToolkitError('bad-option', `grid: count must be an integer ≥ 1, got ${show(count)}.`);
  }
  const moved = shifted({ schedule, shift });
  if (schedule.kind === 'variance-preserving') {
    const betas = moved.betas(count);
    return gridFromBetas(zeroTerminalSnr ? withZeroTerminalSnr(betas) : betas);
  }
  if (zeroTerminalSnr && schedule.alpha(1) !== 0) {
    throw new ToolkitError(
      'bad-option',
      `grid: only variance-preserving levels can be rescaled to end in pure noise, ${schedule.name} is ${schedule.kind}. ` +
        'Leave zeroTerminalSnr out.',
    );
  }
  return continuousGrid({ schedule: moved, count, times: [schedule.sigma(0) === 0 ? 1 / count : 0, 1] });
}

/** The grid of a chain given by its β, one per training step. */
export function gridFromBetas(given: ArrayLike<number>): Grid {
  const betas = Float64Array.from(given);
  const wrong = betas.findIndex((beta) => !(beta >= 0 && beta <= 1));
  if (wrong >= 0 || betas.length === 0) {
    throw new ToolkitError(
      'bad-option',
      betas.length === 0
        ? 'gridFromBetas: expected at least one beta, got none.'
        : `gridFromBetas: betas must be in [0, 1], got ${show(betas[wrong])} at index ${wrong}.`,
    );
  }
  const alphasCumprod = cumulative(betas);
  return makeGrid({
    count: betas.length,
    kind: 'variance-preserving',
    step: 1 / betas.length,
    levelAt: (index) => ({ alpha: Math.sqrt(alphasCumprod[index]!), sigma: Math.sqrt(1 - alphasCumprod[index]!) }),
    placeOf: null,
    betas,
  });
}

/**
 * √ᾱ′_i = (√ᾱ_i − √ᾱ_T)·√ᾱ_0 / (√ᾱ_0 − √ᾱ_T): the first level stays, the last has no signal left.
 * Lin et al. 2023, arXiv:2305.08891, Algorithm 1.
 */
export function withZeroTerminalSnr(betas: ArrayLike<number>): Float64Array {
  let product = 1;
  const roots = Float64Array.from(betas, (beta) => Math.sqrt((product *= 1 - beta)));
  const [first, last] = [roots[0]!, roots[roots.length - 1]!];
  const rescaled = roots.map((root) => ((root - last) * first) / (first - last));
  return rescaled.map((root, i) => 1 - (root / (i === 0 ? 1 : rescaled[i - 1]!)) ** 2);
}
