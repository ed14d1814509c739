import { fold, type Key } from '../../core/random.js';
import type { Space } from '../../core/space.js';
import type { Grid } from '../grid.js';
import { cleanLevel } from '../level.js';
import { jump } from './jump.js';

export interface WalkOptions<X> {
  readonly grid: Grid;
  /** Where the walk starts: x at index `from`, or clean data where that is −1. */
  readonly x: X;
  readonly space: Space<X>;
  readonly key: Key;
  /** Index of `x`; −1 is clean data. */
  readonly from?: number;
  /** Last index. */
  readonly to?: number;
}

/** One state of a walk along a grid. */
export interface WalkState<X> {
  readonly index: number;
  readonly x: X;
}

/**
 * The forward process one training step at a time: x_i ~ q(x_i | x_{i−1}) = N(α_{i|i−1}·x_{i−1}, σ²_{i|i−1}).
 *
 * Ho et al. 2020, arXiv:2006.11239, Equation 2; all steps together have the distribution of one jump. Yields every state
 * after the first.
 *
 * @example
 * import { fold, key } from 'langevin/core';
 * import { batchSpace, floats } from 'langevin/core';
 * import { grid, jsd, markovWalk } from 'langevin/diffusion';
 * const at = { grid: grid({ schedule: jsd(), count: 5 }), space: batchSpace(), key: fold(key(0), 'walk') };
 * [...markovWalk({ ...at, x: floats([1, 2]) })].length; // → 5
 */
export function* markovWalk<X>(options: WalkOptions<X>): Generator<WalkState<X>> {
  const { grid, space, key, from = -1, to = grid.count - 1 } = options;
  let { x } = options;
  for (let index = from + 1; index <= to; index++) {
    const { scale, sigma } = jump(index === 0 ? cleanLevel : grid.level(index - 1), grid.level(index));
    x = space.lincomb([scale, x], [sigma, space.gaussian(x, fold(key, 'walk', index))]);
    yield { index, x };
  }
}
