import { number } from '../../../core/options.js';
import { snr } from '../../level.js';
import { inErrorOf } from '../in-error-of.js';
import { defineWeighting } from '../weighting.js';

/**
 * w = min(SNR, γ) on the error of x₀: levels of little noise do not drown the rest.
 * Hang et al. 2023, arXiv:2303.09556, Section 3.4.
 *
 * @example
 * import { minSnrWeighting, v } from 'langevin/diffusion';
 * minSnrWeighting().weight({ level: { alpha: 0.6, sigma: 0.8 }, prediction: v }); // → 0.36
 */
export const minSnrWeighting = defineWeighting({
  name: 'min-snr',
  options: {
    gamma: number({ default: 5, min: 0, max: 1000, help: 'Signal-to-noise ratio above which the weight stays.' }),
  },
  weight: (at, { gamma }) => inErrorOf({ ...at, clean: Math.min(snr(at.level), gamma) }),
});
