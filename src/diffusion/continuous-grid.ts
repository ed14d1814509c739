import { show, ToolkitError } from '../core/errors.js';
import type { Level } from './level.js';
import { type Grid, makeGrid } from './make-grid.js';
import type { Schedule } from './schedule.js';

export interface ContinuousGridOptions {
  readonly schedule: Schedule;
  /** Length of the scale on which times are counted; the network of a flow is told t·count. */
  readonly count?: number;
  /** Times of the least and of the most noise that the model was trained on. */
  readonly times?: readonly [least: number, most: number];
}

/**
 * The levels of a model that was trained on a continuum of them, counted like those of a chain: index 0 is the time of
 * the least noise, `count − 1` that of the most, and every number between the two is a level as well.
 *
 *   t(i) = t_least + (t_most − t_least)·i/(N − 1)
 *
 * `betas` are those of the chain that the whole indices of a variance-preserving schedule make.
 * Song et al. 2021, arXiv:2011.13456, Appendix C (times stop short of 0, where the score is not defined).
 *
 * @example
 * import { continuousGrid, cosine } from 'langevin/diffusion';
 * const levels = continuousGrid({ schedule: cosine({ offset: 0 }), count: 1001, times: [0.001, 1] });
 * levels.indexOf(levels.level(333.25)); // → 333.25
 */
export function continuousGrid({ schedule, count = 1000, times = [1 / count, 1] }: ContinuousGridOptions): Grid {
  const [least, most] = times;
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new ToolkitError('bad-option', `continuousGrid: count must be an integer ≥ 1, got ${show(count)}.`);
  }
  if (!(0 <= least && (least < most || (count === 1 && least === most)) && most <= 1)) {
    throw new ToolkitError('bad-option', `continuousGrid: need 0 ≤ least < most ≤ 1, got times ${show(times)}.`);
  }
  const last = count - 1;
  const span = most - least;
  const levelAt = (index: number): Level =>
    schedule.level(index === last ? most : Math.min(most, least + (span * index) / last));
  return makeGrid({
    count,
    kind: schedule.kind,
    step: last === 0 ? most : span / last,
    levelAt,
    placeOf: (lambda) => (last === 0 ? 0 : ((schedule.time(lambda) - least) / span) * last),
    betas: schedule.kind === 'variance-preserving' ? betasOf(levelAt, count) : null,
  });
}

/** β_i = 1 − ᾱ_i/ᾱ_{i−1}, the first from clean data. */
function betasOf(levelAt: (index: number) => Level, count: number): Float64Array {
  let previous = 1;
  return Float64Array.from({ length: count }, (_, i) => {
    const { alpha } = levelAt(i);
    const ratio = alpha / previous;
    previous = alpha;
    return 1 - ratio ** 2;
  });
}
