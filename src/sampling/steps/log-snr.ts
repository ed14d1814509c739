import { choice } from '../../core/options.js';
import { ratioOptions } from '../levels/descent.js';
import { fractions, ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

const { end: _, ...others } = ratioOptions;

/**
 * λ = ln(α/σ) evenly spaced: the steps for solvers that are exponential integrators in λ, DPM-Solver above all.
 *
 *   λ_i = λ_T + i/n·(λ_0 − λ_T),   i = 0 … n      (`end: 'even'`: the last step ends at the least noise of training)
 *
 * Lu et al. 2022, arXiv:2206.00927, Section 3.4 and Appendix D.4. With another end the n levels that are visited are
 * spaced from the most to the least noise and the step to the end comes on top, as with `use_lu_lambdas` in diffusers.
 */
export const logSnrSteps = defineSteps({
  name: 'log-snr',
  options: {
    end: choice(['clean', 'first', 'last', 'even'], {
      default: 'clean',
      help: 'The level after the last: no noise, the least noise of training, the last once more, or one more even step.',
    }),
    ...others,
  },
  levels: ({ count, grid }, { end, ...options }) =>
    ratioSteps({
      who: 'log-snr',
      grid,
      count,
      ...options,
      end: end === 'even' ? 'first' : end,
      ratios({ min, max }) {
        const [noisy, clean] = [-Math.log(max), -Math.log(min)];
        return fractions(end === 'even' ? count + 1 : count).map((u) => Math.exp(-(noisy + u * (clean - noisy))));
      },
    }),
});
