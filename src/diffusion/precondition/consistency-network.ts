import { number } from '../../core/options.js';
import { noted } from './noted.js';
import { definePrecondition } from './precondition.js';

/**
 * A consistency model: EDM's family changed so that the answer at σ = ε is x itself. In the scale α = 1,
 *
 *   c_skip = σ_d²/((σ − ε)² + σ_d²),   c_out = σ_d·(σ − ε)/√(σ² + σ_d²),   c_in = 1/√(σ² + σ_d²),   c_noise = 250·ln σ
 *
 * Song et al. 2023, arXiv:2303.01469, Appendix C. What the network says is part of the family.
 *
 * @example
 * import { consistencyNetwork, grid, ve, x0 } from 'langevin/diffusion';
 * const at = { grid: grid({ schedule: ve() }), prediction: x0 };
 * const { cSkip, cOut } = consistencyNetwork(at)({ alpha: 1, sigma: 0.002 });
 * [cSkip, cOut]; // → [1, 0]
 */
export const consistencyNetwork = definePrecondition({
  name: 'consistency',
  options: {
    sigmaData: number({ default: 0.5, min: 1e-6, max: 1e6, help: 'σ_d: standard deviation of the data.' }),
    epsilon: number({ default: 0.002, min: 0, max: 1e6, help: 'ε: the noise at which the answer is x itself.' }),
  },
  precondition:
    (_, { sigmaData: d, epsilon }) =>
    (level) => {
      const s = level.sigma / level.alpha;
      return {
        cSkip: d ** 2 / ((s - epsilon) ** 2 + d ** 2) / level.alpha,
        cOut: (d * (s - epsilon)) / Math.hypot(s, d),
        cIn: 1 / Math.hypot(s, d) / level.alpha,
        cNoise: noted('consistency', level, 250 * Math.log(s)),
      };
    },
});
