import { show, ToolkitError } from '../core/errors.js';
import { isNoisier, type Level } from '../diffusion/level.js';

/** One step's start and landing. */
export interface Interval {
  readonly from: Level;
  readonly to: Level;
  /** Levels between, for rules that look there; such a rule chooses its own where none are given. */
  readonly via?: readonly Level[];
}

/**
 * Where a trajectory goes: levels to visit one after the other, a bare number σ standing for α = 1; or intervals, for
 * the schedulers whose steps do not land exactly where the next one starts.
 */
export type Steps = readonly (number | Level)[] | readonly Interval[];

const toLevel = (entry: number | Level): Level => (typeof entry === 'number' ? { alpha: 1, sigma: entry } : entry);

/**
 * Steps as intervals, checked.
 *
 * @example
 * import { intervals } from 'langevin/sampling';
 * intervals([2, 0]); // → [{ from: { alpha: 1, sigma: 2 }, to: { alpha: 1, sigma: 0 } }]
 */
export function intervals(steps: Steps): readonly Interval[] {
  const list = isIntervals(steps)
    ? steps
    : steps.slice(0, -1).map((entry, i) => ({ from: toLevel(entry), to: toLevel(steps[i + 1]!) }));
  if (list.length === 0) {
    throw new ToolkitError('bad-steps', `steps: expected at least two levels, got ${show(steps.length)}.`);
  }
  for (const [i, { from, to }] of list.entries()) {
    const wrong = [from, to].find(({ alpha, sigma }) => !(alpha >= 0 && sigma >= 0 && alpha + sigma < Infinity));
    if (wrong !== undefined || (from.sigma === 0 && to.sigma === 0)) {
      throw new ToolkitError(
        'bad-steps',
        `steps: step ${i} goes from ${printed(from)} to ${printed(to)}; levels must be finite and not negative, ` +
          'and no step can start and end without noise.',
      );
    }
  }
  return list;
}

/**
 * The level with most noise that steps start from. It is the first, but on chains that end in pure noise and whose last
 * level was given some signal for the sake of σ/α: there the next few may have less.
 */
export const noisiest = (steps: Steps): Level =>
  intervals(steps)
    .map(({ from }) => from)
    .reduce((most, level) => (isNoisier(level, most) ? level : most));

const isIntervals = (steps: Steps): steps is readonly Interval[] => typeof steps[0] === 'object' && 'from' in steps[0];

const printed = ({ alpha, sigma }: Level): string => `(alpha ${alpha}, sigma ${sigma})`;
