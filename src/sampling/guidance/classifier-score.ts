import { number } from '../../core/options.js';
import { defineGuidance } from '../guidance.js';

/**
 * Classifier guidance as a change of the score: the gradient of a classifier that knows noise is added to it.
 *
 *   ∇log p(x) + s·∇log p(y | x)   ⟺   D′ = D + s·(σ²/α)·∇ₓ log p(y | x)
 *
 * Song et al. 2021, arXiv:2011.13456, Equation 14, by Tweedie's formula; in noise it is Dhariwal & Nichol 2021,
 * arXiv:2105.05233, Algorithm 2. Works with every sampler and for models without classes; with an exact classifier it is
 * classifier-free guidance with exact denoisers. Guided may be the unconditional model (s = 1 is then the posterior) or
 * the conditional one. Levels of pure noise (α = 0) tell a classifier nothing and are left alone; 0 changes nothing.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { classifierScore } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const guided = classifierScore({ guided: says(1), gradient: says(0.25), space: batchSpace(), scale: 2 });
 * (await guided(floats([1, 1]), { alpha: 0.5, sigma: 1 })).data[0]; // → 2
 */
export const classifierScore = defineGuidance({
  name: 'classifier-score',
  changes: 'denoiser',
  asks: ['guided', 'gradient'],
  options: {
    scale: number({ default: 1, min: 0, max: 100, help: 'How hard the classifier is followed; 0 is not at all.' }),
  },
  neutral: { options: { scale: 0 }, equals: 'guided' },
  evaluations: 2,
  usage: '--class NAMES --classifier DIR --classifier-scale 2',
  async guide({ x, level, guided, gradient, space }, { scale }) {
    const { alpha, sigma } = level;
    if (alpha === 0) return guided(x, level);
    const [denoised, towards] = await Promise.all([guided(x, level), gradient(x, level)]);
    return space.lincomb([1, denoised], [scale * (sigma ** 2 / alpha), towards]);
  },
});
