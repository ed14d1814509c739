import { choice, number } from '../../core/options.js';
import { noted } from './noted.js';
import { definePrecondition } from './precondition.js';

/**
 * Input and target of the network have unit variance at every level: the family of EDM. In the scale α = 1,
 *
 *   c_skip = σ_d²/(σ² + σ_d²),   c_out = σ·σ_d/√(σ² + σ_d²),   c_in = 1/√(σ² + σ_d²),   c_noise = ln(σ)/4
 *
 * Karras et al. 2022, arXiv:2206.00364, Table 1, column EDM, and Appendix B.6 for why. σ_d is the spread of the data, 0.5
 * for pictures in [−1, 1]. What the network says is part of the family, so the prediction of the model is not asked;
 * `networkTarget` says what it is trained on, with the weight 1/c_out² on the error of x₀.
 *
 * @example
 * import { edmNetwork, grid, ve, x0 } from 'langevin/diffusion';
 * const at = { grid: grid({ schedule: ve() }), prediction: x0 };
 * edmNetwork(at, { sigmaData: 0.5 })({ alpha: 1, sigma: 0.5 }).cSkip; // → 0.5
 */
export const edmNetwork = definePrecondition({
  name: 'edm',
  options: {
    sigmaData: number({ default: 0.5, min: 1e-6, max: 1e6, help: 'σ_d: standard deviation of the data.' }),
    says: choice(['positive', 'negative'], {
      default: 'positive',
      help: 'The sign of what the network says: negative where it was trained on v.',
    }),
    told: choice(['log-sigma', 'angle'], {
      default: 'log-sigma',
      help: 'What the network is told of a level: ln(σ/α)/4, or the angle arctan(σ/α)·2/π.',
    }),
  },
  precondition:
    (_, { sigmaData, says, told }) =>
    (level) => {
      const { alpha, sigma } = level;
      // the formulas with σ/α for σ and x/α for x, both parts multiplied by α so that α = 0 is no special case
      const norm = Math.hypot(sigma, sigmaData * alpha);
      return {
        cSkip: (sigmaData ** 2 * alpha) / norm ** 2,
        cOut: ((says === 'negative' ? -sigma : sigma) * sigmaData) / norm,
        cIn: 1 / norm,
        cNoise:
          told === 'angle'
            ? (Math.atan2(sigma, alpha) * 2) / Math.PI
            : noted('edm', level, Math.log(sigma / alpha) / 4),
      };
    },
});
