import { number } from '../../core/options.js';
import { defineGuidance } from '../guidance.js';
import { classifierFree } from './classifier-free.js';

/**
 * Autoguidance: away from a worse version of the same model, which makes the same mistakes and more of them.
 *
 *   D = D_w + scale·(D − D_w)
 *
 * Karras et al. 2024, arXiv:2406.02507, Equation 3. Improves quality without narrowing the variety of a class, and works
 * for models without classes. The weak model should have the same data and be smaller, or trained for a fraction of the
 * time; a checkpoint of the same run will do. 1 is the model as it is.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { autoguidance } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const guided = autoguidance({ conditional: says(1), weak: says(0.5), space: batchSpace(), scale: 2 });
 * (await guided(floats([1, 1]), { alpha: 0.6, sigma: 0.8 })).data[0]; // → 1.5
 */
export const autoguidance = defineGuidance({
  name: 'autoguidance',
  changes: 'denoiser',
  asks: ['conditional', 'weak'],
  options: {
    scale: number({ default: 2, min: 0, max: 100, help: 'How far from the weak model; 1 is the model as it is.' }),
  },
  neutral: { options: { scale: 1 }, equals: 'conditional' },
  evaluations: 2,
  usage: '--weak-model DIR --guidance 2',
  guide: ({ x, level, conditional, weak, space }, { scale }) =>
    classifierFree({ conditional, unconditional: weak, space, scale })(x, level),
});
