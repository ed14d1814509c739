import { number } from '../../../core/options.js';
import { snr } from '../../level.js';
import { inErrorOf } from '../in-error-of.js';
import { defineWeighting } from '../weighting.js';

/**
 * λ = (σ² + σ_d²)/(σ·σ_d)² = SNR + 1/σ_d² on the error of x₀, with σ the noise at α = 1: every level begins training
 * with the same loss. With σ_d = 1 it is 1 on the error of v at variance-preserving levels.
 * Karras et al. 2022, arXiv:2206.00364, Table 1.
 *
 * @example
 * import { edmWeighting, v } from 'langevin/diffusion';
 * edmWeighting({ deviation: 1 }).weight({ level: { alpha: 0.6, sigma: 0.8 }, prediction: v }); // → 1
 */
export const edmWeighting = defineWeighting({
  name: 'edm',
  options: {
    deviation: number({ default: 0.5, min: 0.001, max: 1000, help: 'Standard deviation σ_d of the data.' }),
  },
  weight: (at, { deviation }) => inErrorOf({ ...at, clean: snr(at.level) + 1 / deviation ** 2 }),
});
