import { descent, landingOptions, roundHalfEven } from '../levels/descent.js';
import { indexSpacings, strideFrom } from '../levels/index-spacing.js';
import { visitable } from '../levels/visitable.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Every (N/count)-th training index from N − 1 down, so the noisiest level is always visited.
 * Lin et al. 2023, arXiv:2305.08891, Table 2 and Section 3.3.
 *
 * @example
 * import { trailingIndices } from 'langevin/sampling';
 * trailingIndices({ total: 1000, count: 4 }); // → [999, 749, 499, 249]
 */
export const trailingIndices = (at: { readonly total: number; readonly count: number }) => indexSpacings.trailing(at);

/**
 * Levels of the training grid at `trailingIndices`. Where `lambdaMin` leaves out noisy levels the spacing stays and
 * there are fewer steps.
 */
export const trailing = defineSteps({
  name: 'trailing',
  options: landingOptions,
  levels({ count, grid }, { lambdaMin, ...landing }) {
    const total = visitable({ grid, lambdaMin });
    const stride = grid.count / count;
    const length = total === grid.count ? count : Math.ceil(total / stride);
    const whole = grid.continuous ? (index: number) => index : roundHalfEven;
    const rounded = strideFrom(total, stride);
    const indices = Array.from({ length }, (_, i) => Math.max(0, whole(total - i * rounded) - 1));
    return descent({ grid, count, top: total - 1, indices, ...landing });
  },
});
