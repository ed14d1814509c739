import { defineWeighting } from '../weighting.js';

/**
 * Every level counts the same, in the error of whatever is predicted: for ε this is L_simple.
 * Ho et al. 2020, arXiv:2006.11239, Equation 14.
 */
export const uniformWeighting = defineWeighting({ name: 'uniform', options: {}, weight: () => 1 });
