import { choice, integer } from '../../core/options.js';
import { descent, landingOptions } from '../levels/descent.js';
import { indexSpacings } from '../levels/index-spacing.js';
import { visitable } from '../levels/visitable.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Every ⌊N/count⌋-th training index from 0 up, so the noisiest levels are left out.
 * Lin et al. 2023, arXiv:2305.08891, Table 2.
 *
 * @example
 * import { leadingIndices } from 'langevin/sampling';
 * leadingIndices({ total: 1000, count: 5, offset: 1 }); // → [801, 601, 401, 201, 1]
 */
export const leadingIndices = (at: { readonly total: number; readonly count: number; readonly offset?: number }) =>
  indexSpacings.leading(at);

/**
 * Levels of the training grid at `leadingIndices`. `last: 'dropped'` spaces one level more and leaves out index 0, as
 * DPM-Solver, UniPC and DEIS do in diffusers.
 */
export const leading = defineSteps({
  name: 'leading',
  options: {
    offset: integer({ default: 0, min: 0, max: 1e6, help: 'Added to every index; Stable Diffusion uses 1.' }),
    last: choice(['included', 'dropped'], {
      default: 'included',
      help: 'Whether the least noisy of the spaced levels is visited; if not, one more is spaced.',
    }),
    ...landingOptions,
  },
  levels({ count, grid }, { offset, last, lambdaMin, ...landing }) {
    const total = visitable({ grid, lambdaMin });
    const up = landing.end === 'above'; // the noisiest of one more gives way to the most noise of training
    const spaced = last === 'included' && !up ? count : count + 1;
    const indices = leadingIndices({ total, count: spaced, offset });
    return descent({ grid, top: total - 1, indices: up ? indices.slice(1) : indices.slice(0, count), ...landing });
  },
});
