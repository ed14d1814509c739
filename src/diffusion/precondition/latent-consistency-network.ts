import { number } from '../../core/options.js';
import { discreteNetwork } from './discrete-network.js';
import { definePrecondition } from './precondition.js';

/**
 * A latent consistency model: the clean value of a `discrete` network, bent so that the answer at index 0 is x itself.
 *
 *   D = a·x + b·D_network,   a = σ_d²/((s·i)² + σ_d²),   b = s·i/√((s·i)² + σ_d²),   i: index of the level
 *
 * Luo et al. 2023, arXiv:2310.04378, Section 4.1, with σ_d = 0.5 and s = 10: past the first few of a thousand levels it
 * changes nothing that could be seen.
 *
 * @example
 * import { epsilon, grid, latentConsistencyNetwork, scaledLinear } from 'langevin/diffusion';
 * const training = grid({ schedule: scaledLinear() });
 * const family = latentConsistencyNetwork({ grid: training, prediction: epsilon });
 * family(training.level(0)).cSkip; // → 1
 */
export const latentConsistencyNetwork = definePrecondition({
  name: 'latent-consistency',
  options: {
    scaling: number({ default: 10, min: 0, max: 1e6, help: 's: how soon after index 0 the network has its say.' }),
    sigmaData: number({ default: 0.5, min: 1e-6, max: 1e6, help: 'σ_d: standard deviation of the data.' }),
  },
  precondition(at, { scaling, sigmaData }) {
    const plain = discreteNetwork(at);
    return (level) => {
      const { cSkip, cOut, cIn, cNoise } = plain(level);
      const s = scaling * at.grid.indexOf(level);
      const a = sigmaData ** 2 / (s ** 2 + sigmaData ** 2);
      const b = s / Math.hypot(s, sigmaData);
      return { cSkip: a * cIn + b * cSkip, cOut: b * cOut, cIn, cNoise };
    };
  },
});
