import { fold } from '../../core/random.js';
import { type Interval, intervals, type Steps } from '../intervals.js';
import type { Batch } from './batch.js';
import { type EditFrames, type EditWalk, startOf, walked } from './edit.js';

/**
 * The last share of a walk, of at least one step for any share above 0.
 *
 * @example
 * import { lastShare } from 'langevin/sampling';
 * lastShare([4, 3, 2, 1, 0], 0.5).map(({ from }) => from.sigma); // → [2, 1]
 */
export function lastShare(steps: Steps, share: number): readonly Interval[] {
  const path = intervals(steps);
  const count = share === 0 ? 0 : Math.max(1, Math.round(share * path.length));
  return path.slice(path.length - count);
}

export interface PartWayOptions {
  /** The clean pictures to start from. */
  readonly source: Batch;
  /** Share of the steps, in [0, 1]. */
  readonly strength: number;
}

/**
 * x = α·source + σ·ε at the level where the last `strength` of the steps begins, and from there the plain walk. With
 * strength 1 nothing is left of the source: the walk is plain sampling, from the same noise. With 0 there is no walk.
 */
export async function* partWay(at: EditWalk, { source, strength }: PartWayOptions): EditFrames {
  if (strength === 0) return source;
  if (strength === 1) return yield* walked(at, { start: startOf(at, source) });
  const path = lastShare(at.steps, strength);
  const { alpha, sigma } = path[0]!.from;
  const noise = at.space.gaussian(source, fold(at.key, 'start'));
  return yield* walked(at, { steps: path, start: at.space.lincomb([alpha, source], [sigma, noise]) });
}
