import { integer } from '../../core/options.js';
import { descent, landingOptions } from '../descent.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Every ⌊N/count⌋-th training index from 0 up, so the noisiest levels are left out.
 * Lin et al. 2023, arXiv:2305.08891, Table 2.
 *
 * @example
 * import { leadingIndices } from 'langevin/sampling';
 * leadingIndices({ total: 1000, count: 5, offset: 1 }); // → [801, 601, 401, 201, 1]
 */
export function leadingIndices(at: { readonly total: number; readonly count: number; readonly offset?: number }) {
  const stride = Math.floor(at.total / at.count);
  return Array.from({ length: at.count }, (_, i) => (at.count - 1 - i) * stride + (at.offset ?? 0));
}

/** Levels of the training grid at `leadingIndices`. */
export const leading = defineSteps({
  name: 'leading',
  options: {
    offset: integer({ default: 0, min: 0, max: 1e6, help: 'Added to every index; Stable Diffusion uses 1.' }),
    ...landingOptions,
  },
  levels: ({ count, grid }, { offset, ...landing }) =>
    descent({ grid, indices: leadingIndices({ total: grid.count, count, offset }), ...landing }),
});
