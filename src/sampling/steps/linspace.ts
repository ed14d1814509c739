import { descent, landingOptions, roundHalfEven } from '../descent.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Training indices evenly from N − 1 down to 0, both included. Lin et al. 2023, arXiv:2305.08891, Table 2.
 *
 * @example
 * import { linspaceIndices } from 'langevin/sampling';
 * linspaceIndices({ total: 1000, count: 4 }); // → [999, 666, 333, 0]
 */
export function linspaceIndices({ total, count }: { readonly total: number; readonly count: number }) {
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) => roundHalfEven(((count - 1 - i) * (total - 1)) / (count - 1)));
}

/** Levels of the training grid at `linspaceIndices`. */
export const linspace = defineSteps({
  name: 'linspace',
  options: landingOptions,
  levels: ({ count, grid }, landing) =>
    descent({ grid, indices: linspaceIndices({ total: grid.count, count }), ...landing }),
});
