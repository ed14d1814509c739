import { integer, number } from '../../core/options.js';
import { defineCurve } from '../curve.js';

/**
 * Linear warm-up, then half a cosine down to `floor`:
 *   f(s) = floor + (1 − floor)·(1 + cos π·u)/2,  u = (s − warmup)/(total − warmup).
 * Loshchilov & Hutter 2017 (arXiv:1608.03983), Equation 5, one period. With no known end it stays at 1.
 */
export const cosine = defineCurve({
  name: 'cosine',
  options: {
    warmup: integer({ default: 100, min: 0, help: 'Steps over which the rate rises from 0.' }),
    floor: number({ default: 0.01, min: 0, max: 1, help: 'Fraction of the rate left at the end.' }),
  },
  factor({ step, total }, { warmup, floor }) {
    if (step < warmup) return (step + 1) / warmup;
    const u = Number.isFinite(total) ? Math.min(1, (step - warmup) / Math.max(1, total - warmup)) : 0;
    return floor + ((1 - floor) * (1 + Math.cos(Math.PI * u))) / 2;
  },
});
