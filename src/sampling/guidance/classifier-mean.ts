import { choice, number } from '../../core/options.js';
import { posterior } from '../../diffusion/processes/posterior.js';
import { defineGuidance } from '../guidance.js';

/**
 * Classifier guidance as a shift of the mean of each reverse step.
 *
 *   x′ ~ N(μ + s·Σ·∇ₓ log p(y | x), Σ)   ⟺   x′ ← x′ + s·Σ·∇ₓ log p(y | x)
 *   small: Σ = σ²_{t|s}·σ_s²/σ_t²,   large: Σ = σ²_{t|s}
 *
 * Dhariwal & Nichol 2021, arXiv:2105.05233, Algorithm 1; Sohl-Dickstein et al. 2015, arXiv:1503.03585, Appendix C.
 * Meant for `ddpm`, with the variance that sampler has; the clean values it shows are not guided, only the path is. For
 * other samplers take `classifier-score`, which this approaches with more steps. 0 changes nothing.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { classifierMean } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const { landings } = classifierMean({ guided: says(1), gradient: says(1), space: batchSpace(), scale: 2 });
 * landings.length; // → 1
 */
export const classifierMean = defineGuidance({
  name: 'classifier-mean',
  changes: 'path',
  asks: ['guided', 'gradient'],
  options: {
    scale: number({ default: 1, min: 0, max: 100, help: 'How hard the classifier is followed; 0 is not at all.' }),
    variance: choice(['small', 'large'], { default: 'small', help: 'Σ: the lower or the upper bound, as in ddpm.' }),
  },
  neutral: { options: { scale: 0 }, equals: 'guided' },
  evaluations: 2,
  usage: '--class NAMES --classifier DIR --classifier-form mean --sampler ddpm',
  guide: ({ x, level, guided }) => guided(x, level),
  async land({ x, from, to, landed, gradient, space }, { scale, variance }) {
    const { sigma, sigmaLarge } = posterior(from, to);
    const deviation = variance === 'small' ? sigma : sigmaLarge;
    return deviation === 0 ? landed : space.lincomb([1, landed], [scale * deviation ** 2, await gradient(x, from)]);
  },
  lets: () => true,
});
