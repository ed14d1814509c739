import { choice } from '../../core/options.js';
import { descent, landingOptions, roundHalfEven } from '../levels/descent.js';
import { indexSpacings } from '../levels/index-spacing.js';
import { visitable } from '../levels/visitable.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Training indices evenly from N − 1 down to 0, both included. Lin et al. 2023, arXiv:2305.08891, Table 2.
 *
 * @example
 * import { linspaceIndices } from 'langevin/sampling';
 * linspaceIndices({ total: 1000, count: 4 }); // → [999, 666, 333, 0]
 */
export const linspaceIndices = (at: { readonly total: number; readonly count: number }) =>
  indexSpacings.linspace(at).map(roundHalfEven);

/**
 * Levels of the training grid at `linspaceIndices`. With `indices: 'exact'` they are not rounded, and σ/α between two
 * levels of a chain is interpolated linearly: Euler, Heun, LMS and DPM2 in diffusers. `last: 'dropped'` spaces one level
 * more and leaves out index 0: DPM-Solver, UniPC and DEIS there.
 */
export const linspace = defineSteps({
  name: 'linspace',
  options: {
    indices: choice(['rounded', 'exact'], {
      default: 'rounded',
      help: 'Whether only whole training indices are visited. Continuous models have no others than exact ones.',
    }),
    last: choice(['included', 'dropped'], {
      default: 'included',
      help: 'Whether the least noisy of the spaced levels is visited; if not, one more is spaced.',
    }),
    ...landingOptions,
  },
  levels({ count, grid }, { indices: kind, last, lambdaMin, ...landing }) {
    const total = visitable({ grid, lambdaMin });
    const up = landing.end === 'above'; // the noisiest of one more is the most noise of training
    const spaced = indexSpacings.linspace({ total, count: last === 'included' && !up ? count : count + 1 });
    const exact = up ? spaced.slice(1) : spaced.slice(0, count);
    const round = kind === 'exact' ? Math.fround : roundHalfEven; // timesteps are float32 numbers in diffusers
    const indices = grid.continuous ? exact : exact.map(round);
    return descent({ grid, top: total - 1, indices, ...landing });
  },
});
