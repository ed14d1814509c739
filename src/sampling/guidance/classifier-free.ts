import { number } from '../../core/options.js';
import { defineGuidance } from '../guidance.js';

/**
 * Classifier-free guidance: past what is expected of this class, away from what is expected of anything.
 *
 *   D = D_u + scale·(D_c − D_u)
 *
 * Ho & Salimans 2022, arXiv:2207.12598, Equation 6. With exact denoisers it is the score of p(x)·p(y | x)^scale at each
 * level. For any model that was trained with labels left out now and then; the usual choice. 1 is the conditional model,
 * 0 the unconditional one, more follows the condition harder and varies less.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { classifierFree } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const at = { conditional: says(1), unconditional: says(0.5), space: batchSpace() };
 * const guided = classifierFree({ ...at, scale: 3 });
 * (await guided(floats([1, 1]), { alpha: 0.6, sigma: 0.8 })).data[0]; // → 2
 */
export const classifierFree = defineGuidance({
  name: 'classifier-free',
  changes: 'denoiser',
  asks: ['conditional', 'unconditional'],
  options: {
    scale: number({ default: 1, min: 0, max: 100, help: 'How hard the condition is followed; 1 is as learnt.' }),
  },
  neutral: { options: { scale: 1 }, equals: 'conditional' },
  evaluations: 2,
  usage: '--class NAMES --guidance 3',
  async guide({ x, level, conditional, unconditional, space }, { scale }) {
    const [c, u] = await Promise.all([conditional(x, level), unconditional(x, level)]);
    return space.lincomb([scale, c], [1 - scale, u]);
  },
});
