import { type Interval, intervals, type Steps } from '../intervals.js';

/**
 * The same steps walked backwards, each landing where it used to start: from data to noise.
 *
 * @example
 * import { reversed } from 'langevin/sampling';
 * reversed([2, 0]); // → [{ from: { alpha: 1, sigma: 0 }, to: { alpha: 1, sigma: 2 } }]
 */
export const reversed = (steps: Steps): readonly Interval[] =>
  intervals(steps)
    .map(({ from, to }) => ({ from: to, to: from }))
    .reverse();
