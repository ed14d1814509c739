import { snr } from '../../level.js';
import { inErrorOf } from '../in-error-of.js';
import { defineWeighting } from '../weighting.js';

/**
 * w = SNR on the error of x₀, which is 1 on the error of ε: the balance of L_simple, whatever is predicted.
 * Salimans & Ho 2022, arXiv:2202.00512, Section 4.
 */
export const snrWeighting = defineWeighting({
  name: 'snr',
  options: {},
  weight: (at) => inErrorOf({ ...at, clean: snr(at.level) }),
});
