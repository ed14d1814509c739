import { definePrecondition } from './precondition.js';
import { straightNetwork } from './straight-network.js';

/**
 * A network of the straight path that counts time the other way, 0 at noise and N at data, and says the velocity in that
 * direction: the negative of what `straight` says.
 *
 *   c_noise = N·α,   c_out of `straight` with the opposite sign
 *
 * Lipman et al. 2022, arXiv:2210.02747, Section 4.1, count like this; among released models Mochi
 * (`invert_sigmas` of diffusers).
 *
 * @example
 * import { flow, grid, straightReversedNetwork, straight } from 'langevin/diffusion';
 * const at = { grid: grid({ schedule: straight() }), prediction: flow };
 * straightReversedNetwork(at)({ alpha: 0.75, sigma: 0.25 }); // → { cSkip: 1, cOut: 0.25, cIn: 1, cNoise: 750 }
 */
export const straightReversedNetwork = definePrecondition({
  name: 'straight-reversed',
  options: {},
  precondition(at) {
    const straight = straightNetwork(at);
    return (level) => {
      const { cOut, cNoise, ...rest } = straight(level);
      return { ...rest, cOut: -cOut, cNoise: at.grid.count - cNoise };
    };
  },
});
