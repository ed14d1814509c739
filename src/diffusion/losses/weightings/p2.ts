import { number } from '../../../core/options.js';
import { snr } from '../../level.js';
import { inErrorOf } from '../in-error-of.js';
import { defineWeighting } from '../weighting.js';

/**
 * w = SNR/(k + SNR)^γ on the error of x₀, which is 1/(k + SNR)^γ on that of ε: levels where only imperceptible detail is
 * left count less. Choi et al. 2022, arXiv:2204.00227, Equation 8.
 *
 * @example
 * import { epsilon, p2Weighting } from 'langevin/diffusion';
 * p2Weighting().weight({ level: { alpha: 0.6, sigma: 0.8 }, prediction: epsilon }); // → 0.64
 */
export const p2Weighting = defineWeighting({
  name: 'p2',
  options: {
    gamma: number({
      default: 1,
      min: 0,
      max: 5,
      help: 'How much less levels of little noise count; 0 changes nothing.',
    }),
    k: number({ default: 1, min: 0.001, max: 1000, help: 'The signal-to-noise ratio where it begins.' }),
  },
  weight: (at, { gamma, k }) => inErrorOf({ ...at, clean: snr(at.level) / (k + snr(at.level)) ** gamma }),
});
