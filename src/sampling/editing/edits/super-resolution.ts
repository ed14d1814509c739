import { integer } from '../../../core/options.js';
import { defineEdit } from '../edit.js';
import { inverseCost, inverseOptions, inverseWalk } from '../inverse-problems/inverse-problem.js';
import { consistent } from '../inverse-problems/null-space.js';
import { averagePool } from '../measurements/average-pool.js';
import { enlarged } from '../painting/canvas.js';

/**
 * A picture of `factor` times the resolution whose blocks average to the pixels of the source: an inverse problem with the
 * measurement `average-pool`. The rules: `dps` (`posteriorSampling`), `pigdm` (`pseudoInverse`), `ddnm` (`nullSpace`). At
 * the end blocks are moved to average to their pixel exactly. Chung et al. 2023, arXiv:2209.14687.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { superResolution } from 'langevin/sampling';
 * superResolution({ factor: 4 }).canvas({ source: floats([1, 3, 8, 8]), mask: null }).source.shape; // → [1, 3, 32, 32]
 */
export const superResolution = defineEdit({
  name: 'super-resolution',
  summary: 'Makes a larger picture that looks like the source when it is shrunk.',
  needs: ['pullback'],
  options: {
    factor: integer({ default: 4, min: 1, max: 64, help: 'How many times as wide and as high.' }),
    ...inverseOptions,
  },
  neutral: [{ factor: 1 }],
  canvas: ({ source, mask }, { factor }) =>
    factor === 1
      ? { source, mask }
      : { source: enlarged(source, factor), mask: mask === null ? null : enlarged(mask, factor) },
  cost: (at, { factor, rule }) =>
    factor === 1 ? { evaluations: 0, pullbacks: 0, exact: true } : inverseCost(at, { rule }),
  async *walk(at, { factor, ...how }) {
    if (factor === 1) return at.source;
    const problem = { measurement: averagePool({ factor }), measured: at.given };
    const made = yield* inverseWalk(at, problem, how);
    return how.scale === 0 ? made : consistent(made, { ...problem, space: at.space });
  },
});
