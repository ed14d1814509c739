import type { Grid } from '../grid.js';
import { rescaled } from '../kind.js';
import type { Level } from '../level.js';
import { definePrecondition } from './precondition.js';
import { predicting } from './predicting.js';

/**
 * A network trained on a discrete chain and told a whole index: that of the nearest σ/α.
 *
 *   c_skip = 1,   c_out = −σ,   c_in = 1/√(σ² + 1),   c_noise = M − 1 − argmin_j |u_j − σ|     (for ε, in the scale α = 1)
 *
 * Karras et al. 2022, arXiv:2206.00364, Table 1, column iDDPM, whose u_j count from the noise, so that M − 1 − j is our
 * index; Nichol & Dhariwal 2021, arXiv:2102.09672. `discrete` tells the network the fraction between two indices instead.
 *
 * @example
 * import { cosine, epsilon, grid, iddpmNetwork } from 'langevin/diffusion';
 * const training = grid({ schedule: cosine() });
 * iddpmNetwork({ grid: training, prediction: epsilon })(training.level(321)).cNoise; // → 321
 */
export const iddpmNetwork = definePrecondition({
  name: 'iddpm',
  options: {},
  precondition:
    ({ grid, prediction }) =>
    (level) => {
      const seen = rescaled({ level, kind: 'variance-preserving' });
      return predicting({ level, seen, prediction, cNoise: nearest(grid, level) });
    },
});

const ratio = ({ alpha, sigma }: Level): number => sigma / alpha;

/** The whole index whose σ/α is nearest. */
function nearest(grid: Grid, level: Level): number {
  const below = Math.floor(grid.indexOf(level));
  if (below === grid.count - 1) return below;
  const [low, high] = [ratio(grid.level(below)), ratio(grid.level(below + 1))];
  return ratio(level) - low <= high - ratio(level) ? below : below + 1;
}
