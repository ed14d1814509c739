import { number } from '../../../core/options.js';
import { defineEdit } from '../edit.js';
import { inverseCost, inverseOptions, inverseWalk } from '../inverse-problems/inverse-problem.js';
import { blur } from '../measurements/blur.js';

const { scale } = inverseOptions;

/**
 * A sharp picture that gives the source when it is blurred: an inverse problem with the measurement `blur`, by diffusion
 * posterior sampling, since a blur has no short pseudo-inverse. Chung et al. 2023, arXiv:2209.14687.
 *
 * @example
 * import { deblur } from 'langevin/sampling';
 * deblur({ radius: 2 }).options.radius; // → 2
 */
export const deblur = defineEdit({
  name: 'deblur',
  summary: 'Sharpens a blurred picture.',
  needs: ['pullback'],
  options: {
    radius: number({ default: 1, min: 0.1, max: 100, help: 'Standard deviation of the blur in pixels.' }),
    scale,
  },
  neutral: [],
  cost: (at) => inverseCost(at, { rule: 'dps' }),
  walk: (at, { radius, scale }) => {
    const measurement = blur({ radius });
    return inverseWalk(at, { measurement, measured: at.source }, { rule: 'dps', scale });
  },
});
