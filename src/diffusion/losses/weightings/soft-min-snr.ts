import { number } from '../../../core/options.js';
import { snr } from '../../level.js';
import { inErrorOf } from '../in-error-of.js';
import { defineWeighting } from '../weighting.js';

/**
 * w = 1/(σ²/α² + 1/γ) = SNR·γ/(SNR + γ) on the error of x₀: min-snr without its corner.
 * Crowson et al. 2024, arXiv:2401.11605, where it is called soft-min-SNR.
 *
 * @example
 * import { softMinSnrWeighting, x0 } from 'langevin/diffusion';
 * softMinSnrWeighting({ gamma: 4 }).weight({ level: { alpha: 1, sigma: 0.5 }, prediction: x0 }); // → 2
 */
export const softMinSnrWeighting = defineWeighting({
  name: 'soft-min-snr',
  options: {
    gamma: number({ default: 4, min: 0.001, max: 1000, help: 'Signal-to-noise ratio towards which the weight goes.' }),
  },
  weight: (at, { gamma }) => inErrorOf({ ...at, clean: gamma / (1 + gamma / snr(at.level)) }),
});
