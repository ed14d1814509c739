import { snr } from '../../level.js';
import { inErrorOf } from '../in-error-of.js';
import { defineWeighting } from '../weighting.js';

/**
 * w = max(SNR, 1) on the error of x₀: as L_simple, but levels of mostly noise keep counting.
 * Salimans & Ho 2022, arXiv:2202.00512, Section 4.
 */
export const truncatedSnrWeighting = defineWeighting({
  name: 'truncated-snr',
  options: {},
  weight: (at) => inErrorOf({ ...at, clean: Math.max(snr(at.level), 1) }),
});
