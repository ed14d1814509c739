import { defineEdit } from '../edit.js';
import { inverseCost, inverseOptions, inverseWalk } from '../inverse-problems/inverse-problem.js';
import { consistent } from '../inverse-problems/null-space.js';
import { luma } from '../measurements/luma.js';

/**
 * Colours for a picture of which the brightness alone counts: an inverse problem with the measurement `luma`. At the end
 * every pixel is moved to the brightness it had. Chung et al. 2023, arXiv:2209.14687; the rules as in `super-resolution`.
 *
 * @example
 * import { colourise } from 'langevin/sampling';
 * colourise({ rule: 'ddnm' }).options; // → { rule: 'ddnm', scale: null }
 */
export const colourise = defineEdit({
  name: 'colourise',
  summary: 'Gives a grey picture colours.',
  needs: ['pullback'],
  options: inverseOptions,
  neutral: [],
  cost: (at, { rule }) => inverseCost(at, { rule }),
  async *walk(at, how) {
    const problem = { measurement: luma(), measured: luma().apply(at.source) };
    const made = yield* inverseWalk(at, problem, how);
    return how.scale === 0 ? made : consistent(made, { ...problem, space: at.space });
  },
});
