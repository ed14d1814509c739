import { noted } from './noted.js';
import { definePrecondition } from './precondition.js';

/**
 * A network of the variance-exploding SDE: it sees x as it is and says σ·∇ log q(x), the score in units of the noise.
 *
 *   c_skip = 1,   c_out = σ,   c_in = 1,   c_noise = ln(σ/2)                              (in the scale α = 1)
 *
 * Karras et al. 2022, arXiv:2206.00364, Table 1, column VE; Song et al. 2021, arXiv:2011.13456. What the network says is
 * part of the family, so the prediction of the model is not asked.
 *
 * @example
 * import { epsilon, grid, ve, veNetwork } from 'langevin/diffusion';
 * const at = { grid: grid({ schedule: ve() }), prediction: epsilon };
 * veNetwork(at)({ alpha: 1, sigma: 2 }); // → { cSkip: 1, cOut: 2, cIn: 1, cNoise: 0 }
 */
export const veNetwork = definePrecondition({
  name: 've',
  options: {},
  precondition: () => (level) => {
    const { alpha, sigma } = level;
    return {
      cSkip: 1 / alpha,
      cOut: sigma / alpha,
      cIn: 1 / alpha,
      cNoise: noted('ve', level, Math.log(sigma / alpha / 2)),
    };
  },
});
