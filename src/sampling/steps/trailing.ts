import { descent, landingOptions, roundHalfEven } from '../descent.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Every (N/count)-th training index from N − 1 down, so the noisiest level is always visited.
 * Lin et al. 2023, arXiv:2305.08891, Table 2 and Section 3.3.
 *
 * @example
 * import { trailingIndices } from 'langevin/sampling';
 * trailingIndices({ total: 1000, count: 4 }); // → [999, 749, 499, 249]
 */
export function trailingIndices({ total, count }: { readonly total: number; readonly count: number }) {
  return Array.from({ length: count }, (_, i) => roundHalfEven(total - i * (total / count)) - 1);
}

/** Levels of the training grid at `trailingIndices`. */
export const trailing = defineSteps({
  name: 'trailing',
  options: landingOptions,
  levels: ({ count, grid }, landing) =>
    descent({ grid, indices: trailingIndices({ total: grid.count, count }), ...landing }),
});
