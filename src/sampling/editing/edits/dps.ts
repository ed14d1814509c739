import { defineEdit } from '../edit.js';
import { inverseCost, inverseOptions, inverseWalk } from '../inverse-problems/inverse-problem.js';
import { visible } from '../measurements/visible.js';
import { maskOf } from '../painting/known-region.js';

/**
 * Inpainting as an inverse problem: the measurement `visible` sees what is outside of the mask, and the walk is drawn to
 * pictures that agree with it there. The whole picture is sampled, so that the new region hears of the rest through the
 * gradient and not through noise put back, and the known region is put back at the end. Chung et al. 2023,
 * arXiv:2209.14687; the rules as in `super-resolution`.
 *
 * @example
 * import { ddim, inpaintByGradient } from 'langevin/sampling';
 * inpaintByGradient().cost({ sampler: ddim(), steps: [2, 1, 0] }); // → { evaluations: 2, pullbacks: 2, exact: true }
 */
export const inpaintByGradient = defineEdit({
  name: 'dps',
  summary: 'Fills a region, drawn by the gradient to what is around it.',
  needs: ['mask', 'pullback'],
  options: inverseOptions,
  neutral: [],
  cost: (at, { rule }) => inverseCost(at, { rule }),
  walk(at, how) {
    const measurement = visible({}, maskOf(at));
    return inverseWalk(at, { measurement, measured: measurement.apply(at.source) }, how);
  },
});
