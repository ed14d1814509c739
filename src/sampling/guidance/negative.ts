import { number } from '../../core/options.js';
import { averaged } from '../averaged.js';
import { defineGuidance } from '../guidance.js';
import { classifierFree } from './classifier-free.js';

/**
 * Negative conditions: away from what is not wanted, in the place of anything.
 *
 *   D = D_n + scale·(D_c − D_n),   D_n = mean of the N denoisers told what is not wanted
 *
 * With exact denoisers it is the score of p(x | c)^scale·Π p(x | nᵢ)^{(1 − scale)/N}. "Negative prompts" are this with
 * N = 1; why it works is studied by Ban et al. 2024, arXiv:2406.02965. Use it when the model mistakes one class for
 * another; for "anything but" without a wish of its own see `composed`. 1 is the conditional model as it is.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { negative } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const at = { conditional: says(1), negatives: [says(0.5), says(0)], space: batchSpace() };
 * const guided = negative({ ...at, scale: 3 });
 * (await guided(floats([1, 1]), { alpha: 0.6, sigma: 0.8 })).data[0]; // → 2.5
 */
export const negative = defineGuidance({
  name: 'negative',
  changes: 'denoiser',
  asks: ['conditional', 'negatives'],
  options: {
    scale: number({ default: 2, min: 0, max: 100, help: 'How hard the condition is followed; 1 is as learnt.' }),
  },
  neutral: { options: { scale: 1 }, equals: 'conditional' },
  evaluations: 3,
  usage: '--class NAMES --negative NAMES --guidance 3',
  guide({ x, level, conditional, negatives, space }, { scale }) {
    const unconditional = averaged({ denoisers: negatives, space });
    return classifierFree({ conditional, unconditional, space, scale })(x, level);
  },
});
