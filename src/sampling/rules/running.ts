import type { Space } from '../../core/space.js';
import type { Level } from '../../diffusion/level.js';

export interface RunningOptions<X> {
  readonly value: X;
  /** How much of the sum before is kept. */
  readonly share: number;
  readonly level: Level;
}

interface Sum<X> {
  readonly ratio: number;
  /** The sum before this level, null at the first, and with it. */
  readonly before: X | null;
  readonly after: X;
}

/**
 * A sum along one walk: value + share·(sum of the levels before). A level counts once, however often a sampler asks about
 * it, and a new walk, which starts at a level as noisy as the first, begins again.
 */
export function running<X>(space: Space<X>): (given: RunningOptions<X>) => X {
  let first = Number.NaN;
  let last: Sum<X> | null = null;
  return ({ value, share, level }) => {
    if (share === 0) return value;
    const ratio = level.sigma / level.alpha;
    const begins = last === null || ratio >= first;
    if (begins) first = ratio;
    const before: X | null = begins ? null : last!.ratio === ratio ? last!.before : last!.after;
    const after = before === null ? value : space.lincomb([1, value], [share, before]);
    last = { ratio, before, after };
    return after;
  };
}
