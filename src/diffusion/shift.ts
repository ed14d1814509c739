import { show, ToolkitError } from '../core/errors.js';
import { kinds } from './kind.js';
import type { Level } from './level.js';
import { makeSchedule, type Schedule } from './schedule.js';

export interface ShiftedOptions {
  readonly schedule: Schedule;
  /** What σ/α is multiplied by: more than 1 means more noise at every time. */
  readonly shift: number;
}

/**
 * A schedule with its log-SNR moved, λ′(t) = λ(t) − 2 ln s, that keeps its kind and both clean and noisy ends.
 *
 * Neighbouring pixels of a larger picture say the same thing more often, so the same noise hides less of it; noise of
 * s = size/(size the schedule was made for) times the ratio σ/α hides as much as before.
 * Hoogeboom et al. 2023, arXiv:2301.11093, Equation 4; for straight paths Esser et al. 2024, arXiv:2403.03206,
 * Equation 23. The SDE follows: g′ = g·σ′/σ, and f′ from g′ as in every schedule of that kind.
 *
 * @example
 * import { cosine, shifted } from 'langevin/diffusion';
 * const { alpha, sigma } = shifted({ schedule: cosine({ offset: 0 }), shift: 4 });
 * sigma(0.5) / alpha(0.5); // → 4
 */
export function shifted({ schedule, shift }: ShiftedOptions): Schedule {
  const s = checkedShift('shifted', shift);
  if (s === 1) return schedule;
  const { name, kind, options } = schedule;
  const logSnr = (t: number): number => schedule.logSnr(t) - 2 * Math.log(s);
  const level = (t: number): Level => kinds[kind].level(logSnr(t));
  const diffusion = (t: number): number => {
    const g = schedule.diffusion(t);
    const [before, after] = [schedule.level(t), level(t)];
    // σ′/σ = s·α′/α, of which one form is 0/0 at the data and the other at pure noise
    return g === 0
      ? 0
      : g * (before.sigma > before.alpha ? after.sigma / before.sigma : (s * after.alpha) / before.alpha);
  };
  const drift = (t: number): number => {
    const { spread } = kinds[kind];
    if (spread === null) return 0;
    const at = level(t);
    // −f = g²/spread; where the spread is 0, at the data of straight paths, λ′ has the limit instead
    return at.sigma === 0 ? schedule.drift(t) * s ** cleanPower[kind] : -(diffusion(t) ** 2) / spread(at);
  };
  return makeSchedule({
    name,
    kind,
    options,
    curves: { alpha: (t) => level(t).alpha, sigma: (t) => level(t).sigma, logSnr, diffusion, drift },
    betas: (count) => [...withShift(schedule.betas(count), s)],
  });
}

/** Next to the data −f grows with the shift like σ in straight paths, like σ² in variance-preserving ones. */
const cleanPower = {
  'variance-preserving': 2,
  'sub-variance-preserving': 1,
  'variance-exploding': 0,
  interpolating: 1,
} as const;

/**
 * The β of a chain whose every level is shifted: ᾱ′ = ᾱ/(ᾱ + s²·(1 − ᾱ)).
 * Hoogeboom et al. 2023, arXiv:2301.11093, Equation 4, in β.
 */
export function withShift(betas: ArrayLike<number>, shift: number): Float64Array {
  const s = checkedShift('withShift', shift);
  if (s === 1) return Float64Array.from(betas);
  let [product, previous] = [1, 1];
  return Float64Array.from(betas, (beta) => {
    product *= 1 - beta;
    const moved = product / (product + s ** 2 * (1 - product));
    const ratio = moved / previous;
    previous = moved;
    return Math.max(0, 1 - ratio); // rounding is not a step towards the data
  });
}

function checkedShift(who: string, shift: number): number {
  if (shift > 0 && shift < Infinity) return shift;
  throw new ToolkitError('bad-option', `${who}: shift must be a number > 0, got ${show(shift)}. 1 changes nothing.`);
}
