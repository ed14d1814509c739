import { show, ToolkitError } from '../core/errors.js';
import { choice } from '../core/options.js';
import type { Grid } from '../diffusion/grid.js';
import { cleanLevel, type Level } from '../diffusion/level.js';
import type { Interval } from './intervals.js';

/** Options shared by all steps that visit levels of the training grid. */
export const landingOptions = {
  end: choice(['clean', 'first'], {
    default: 'clean',
    help: 'The level after the last: no noise at all, or the least noise of training.',
  }),
  landing: choice(['next', 'stride'], {
    default: 'next',
    help: 'Where a step lands: on the next level, or ⌊N/count⌋ indices down, as DDIM does in diffusers.',
  }),
} as const;

export interface DescentOptions {
  readonly grid: Grid;
  readonly indices: readonly number[];
  readonly end: 'clean' | 'first';
  readonly landing: 'next' | 'stride';
}

/** Steps through levels of the training grid, given their indices from noisy to clean. */
export function descent({ grid, indices, end, landing }: DescentOptions): readonly Interval[] {
  const count = indices.length;
  if (!(Number.isInteger(count) && count >= 1 && count <= grid.count)) {
    throw new ToolkitError(
      'bad-option',
      `steps: count must be an integer in [1, ${grid.count}] on a grid of ${grid.count} training steps, got ${show(count)}.`,
    );
  }
  const beyond = indices.find((index) => index >= grid.count);
  if (beyond !== undefined) {
    throw new ToolkitError(
      'bad-option',
      `steps: index ${beyond} lies beyond the ${grid.count} training steps. Use a smaller offset or fewer steps.`,
    );
  }
  const last: Level = end === 'clean' ? cleanLevel : grid.level(0);
  const stride = Math.floor(grid.count / count);
  return indices.map((index, i) => {
    const target = landing === 'stride' ? index - stride : (indices[i + 1] ?? -1);
    return { from: grid.level(index), to: target >= 0 ? grid.level(target) : last };
  });
}

/** Rounds halves to the even neighbour, as numpy does. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
