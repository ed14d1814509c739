import { show, ToolkitError } from '../../core/errors.js';
import { number } from '../../core/options.js';
import { ratioOptions } from '../levels/descent.js';
import { fractions, ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

export interface KarrasOptions {
  readonly count: number;
  readonly sigmaMin?: number;
  readonly sigmaMax?: number;
  readonly rho?: number;
}

/**
 * Noise levels spaced evenly in σ^{1/ρ}: `count` positive levels, then 0.
 * Karras et al. 2022, arXiv:2206.00364, Equation 5.
 *
 * @example
 * import { karrasSteps } from 'langevin/sampling';
 * karrasSteps({ count: 3, sigmaMin: 1, sigmaMax: 16, rho: 2 }); // → [16, 6.25, 1, 0]
 */
export function karrasSteps({ count, sigmaMin = 0.002, sigmaMax = 80, rho = 7 }: KarrasOptions): readonly number[] {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new ToolkitError('bad-option', `karrasSteps: count must be an integer ≥ 2, got ${show(count)}.`);
  }
  if (!(0 < sigmaMin && sigmaMin < sigmaMax && sigmaMax < Infinity)) {
    throw new ToolkitError(
      'bad-option',
      `karrasSteps: need 0 < sigmaMin < sigmaMax < ∞, got sigmaMin = ${show(sigmaMin)}, sigmaMax = ${show(sigmaMax)}.`,
    );
  }
  const [hi, lo] = [sigmaMax ** (1 / rho), sigmaMin ** (1 / rho)];
  const levels = Array.from({ length: count }, (_, i) => (hi + (i / (count - 1)) * (lo - hi)) ** rho);
  return [...levels, 0];
}

/**
 * The levels of `karrasSteps` between the least and the most noise the model was trained on, or between bounds given.
 *
 *   σ_i = (σ_max^{1/ρ} + i/(n − 1)·(σ_min^{1/ρ} − σ_max^{1/ρ}))^ρ
 *
 * Karras et al. 2022, arXiv:2206.00364, Equation 5. Puts most steps at little noise, where the picture gets its detail.
 */
export const karras = defineSteps({
  name: 'karras',
  options: {
    rho: number({ default: 7, min: 1, max: 100, help: 'Larger puts more levels at little noise.' }),
    ...ratioOptions,
  },
  levels: ({ count, grid }, { rho, ...options }) =>
    ratioSteps({
      who: 'karras',
      grid,
      count,
      ...options,
      ratios({ min, max }) {
        const [hi, lo] = [max ** (1 / rho), min ** (1 / rho)];
        return fractions(count).map((u) => (hi + u * (lo - hi)) ** rho);
      },
    }),
});
