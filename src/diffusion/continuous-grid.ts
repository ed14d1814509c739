import { show, ToolkitError } from '../core/errors.js';
import type { Grid } from './grid.js';
import { type Level, logSnr } from './level.js';
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
 * `betas` and `alphasCumprod` are those of the chain that the whole indices make, with x brought to α² + σ² = 1.
 * Song et al. 2021, arXiv:2011.13456, Appendix C (times stop short of 0, where the score is not defined).
 *
 * @example
 * import { continuousGrid, cosine } from 'langevin/diffusion';
 * const levels = continuousGrid({ schedule: cosine({ offset: 0 }), count: 1001, times: [0.001, 1] });
 * levels.indexOf(levels.level(333.25)); // → 333.25
 */
export function continuousGrid({ schedule, count = 1000, times = [1 / count, 1] }: ContinuousGridOptions): Grid {
  const [least, most] = times;
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new ToolkitError('bad-option', `continuousGrid: count must be an integer ≥ 2, got ${show(count)}.`);
  }
  if (!(0 <= least && least < most && most <= 1)) {
    throw new ToolkitError('bad-option', `continuousGrid: need 0 ≤ least < most ≤ 1, got times ${show(times)}.`);
  }
  const last = count - 1;
  const level = (index: number): Level => {
    if (index >= 0 && index <= last) return schedule.level(least + ((most - least) * index) / last);
    throw new ToolkitError('bad-index', `grid: index must be a number in [0, ${last}], got ${show(index)}.`);
  };
  const alphasCumprod = Float64Array.from({ length: count }, (_, i) => {
    const { alpha, sigma } = level(i);
    return alpha ** 2 / (alpha ** 2 + sigma ** 2);
  });
  return Object.freeze({
    count,
    kind: schedule.kind,
    continuous: true,
    betas: alphasCumprod.map((value, i) => 1 - value / (i === 0 ? 1 : alphasCumprod[i - 1]!)),
    alphasCumprod,
    level,
    indexOf: (at: Level) => search((index) => logSnr(level(index)), last, logSnr(at)),
  });
}

/** Where a falling curve on [0, last] has the value λ, by bisection; beyond the ends, the nearest end. */
function search(curve: (index: number) => number, last: number, lambda: number): number {
  if (lambda >= curve(0)) return 0;
  if (lambda <= curve(last)) return last;
  let [low, high] = [0, last];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (curve(middle) >= lambda) low = middle;
    else high = middle;
  }
  const nearest = Math.round(low);
  return Math.abs(low - nearest) < 1e-9 * last ? nearest : low;
}
