import { number } from '../../core/options.js';
import { defineGuidance } from '../guidance.js';
import { isWithin, within } from '../levels/within.js';

/**
 * Guidance in a limited interval: `guided` where low < σ/α ≤ high, the plain conditional denoiser elsewhere.
 *
 * Kynkäänniemi et al. 2024, arXiv:2404.07724, Equation 6. At high noise guidance decides too much too early and costs
 * variety, at low noise it does nothing visible: leaving both out improves quality and saves evaluations. Levels are
 * ratios σ/α, the σ of that paper; on the command line they are places t on the model's grid, 0 the data and 1 the last
 * level of noise. Changes of the path happen inside it alone. `within` is the same for any two denoisers.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { interval } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const guided = interval({ guided: says(2), conditional: says(1), space: batchSpace(), low: 0.3, high: 3 });
 * (await guided(floats([1, 1]), { alpha: 0.6, sigma: 0.8 })).data[0]; // → 2
 * (await guided(floats([1, 1]), { alpha: 0.1, sigma: 0.99 })).data[0]; // → 1
 */
export const interval = defineGuidance({
  name: 'interval',
  changes: 'denoiser',
  asks: ['guided', 'conditional'],
  options: {
    low: number({ default: 0, min: 0, max: 1e9, help: 'Ratio σ/α up to which there is no guidance.' }),
    high: number({
      default: null,
      min: 0,
      max: 1e9,
      help: 'Ratio σ/α above which there is none; no bound unless told.',
    }),
  },
  neutral: { options: { low: 0, high: 0 }, equals: 'conditional' },
  evaluations: 1,
  usage: '--class NAMES --guidance 3 --guidance-interval 0.2..0.8',
  guide: ({ x, level, guided, conditional }, range) =>
    within({ inside: guided, outside: conditional, ...range })(x, level),
  lets: isWithin,
});
