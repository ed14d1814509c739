import { ToolkitError } from '../../../core/errors.js';
import { cleanLevel } from '../../level.js';
import { jump } from '../../processes/jump.js';
import { inErrorOf } from '../in-error-of.js';
import { defineWeighting } from '../weighting.js';

/**
 * λ = g² on the error of the score, g the diffusion of the forward SDE: half the mean loss over all levels is then the
 * likelihood bound of the model in nats per dimension, up to a constant.
 *
 *   g² = N·σ²_{t|s} over one of N training steps,   w = g²·α²/σ⁴ on the error of x₀, that is −N·ΔSNR of small steps
 *
 * Song et al. 2021, arXiv:2101.09258, Equation 7 and Section 3; Kingma et al. 2021, arXiv:2107.00630, Section 5.
 * Most of it is at the levels of least noise: draw them with `loss-second-moment`.
 *
 * @example
 * import { cosine, epsilon, grid, likelihoodWeighting } from 'langevin/diffusion';
 * const training = grid({ schedule: cosine(), count: 100 });
 * const at = { level: training.level(0), prediction: epsilon, place: { grid: training, index: 0 } };
 * likelihoodWeighting().weight(at); // → 100
 */
export const likelihoodWeighting = defineWeighting({
  name: 'likelihood',
  options: {},
  weight: (at) => {
    const { level, place } = at;
    if (!place) {
      throw new ToolkitError(
        'bad-option',
        'likelihood: the weight of a level depends on the grid it is on. Give its place: { grid, index }.',
      );
    }
    const { grid, index } = place;
    const before = index === 0 ? cleanLevel : grid.level(index - 1);
    const g2 = grid.count * jump(before, level).sigma ** 2;
    return inErrorOf({ ...at, clean: (g2 * level.alpha ** 2) / level.sigma ** 4 });
  },
});
