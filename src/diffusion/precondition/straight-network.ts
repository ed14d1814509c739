import { rescaled } from '../kind.js';
import { definePrecondition } from './precondition.js';
import { predicting } from './predicting.js';

/**
 * A network trained on the straight path x = (1 − σ)·clean + σ·noise, told the time.
 *
 *   c_in = 1/(α + σ),   c_noise = N·σ,   c_skip and c_out from the prediction
 *
 * For the velocity u = ε − x₀ that is D = x − σ·u. Liu et al. 2022, arXiv:2209.03003, Equation 1; the N, the steps of the
 * grid, is a habit of released models (1000), whose time embedding is that of discrete chains.
 *
 * @example
 * import { flow, grid, straight, straightNetwork } from 'langevin/diffusion';
 * const at = { grid: grid({ schedule: straight() }), prediction: flow };
 * straightNetwork(at)({ alpha: 0.75, sigma: 0.25 }); // → { cSkip: 1, cOut: -0.25, cIn: 1, cNoise: 250 }
 */
export const straightNetwork = definePrecondition({
  name: 'straight',
  options: {},
  precondition:
    ({ grid, prediction }) =>
    (level) => {
      const seen = rescaled({ level, kind: 'interpolating' });
      return predicting({ level, seen, prediction, cNoise: grid.count * seen.sigma });
    },
});
