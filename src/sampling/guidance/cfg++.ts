import { number } from '../../core/options.js';
import { asymmetric } from '../editing/h-space/asymmetric.js';
import { defineGuidance } from '../guidance.js';
import { classifierFree } from './classifier-free.js';

/**
 * CFG++: the clean value is guided, the noise that is put back is that of the unconditional model.
 *
 *   D̃ = D_u + scale·(D_c − D_u),   x′ = α′·D̃ + σ′·n_u,   n_u = (x − α·D_u)/σ
 *
 * Chung et al. 2024, arXiv:2406.08070, Algorithm 2. An interpolation and no extrapolation, so paths stay near the data
 * and can be walked back (inversion); scales of 0.4 to 0.8 compare with 5 to 12.5 of classifier-free guidance. It is the
 * asymmetric process with the unconditional model as the base: with any sampler the path is that of D_u, moved by
 * α′·(D̃ − D_u) after each step. 0 is the unconditional model; no scale is the conditional one.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { cfgPlusPlus } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const { denoise, landings } = cfgPlusPlus({ conditional: says(1), unconditional: says(0), space: batchSpace() });
 * (await denoise(floats([1, 1]), { alpha: 0.6, sigma: 0.8 })).data[0]; // → 0
 * landings.length; // → 1
 */
export const cfgPlusPlus = defineGuidance({
  name: 'cfg++',
  changes: 'path',
  asks: ['conditional', 'unconditional'],
  options: {
    scale: number({
      default: 0.6,
      min: 0,
      max: 1,
      help: 'λ: 0 is unconditional, 1 replaces the clean value altogether.',
    }),
  },
  neutral: { options: { scale: 0 }, equals: 'unconditional' },
  evaluations: 2,
  usage: '--class NAMES --guidance 0.6 --guidance-method cfg++',
  // Both are asked in one go: the landing of this step will want the other.
  guide: async ({ x, level, conditional, unconditional }) =>
    (await Promise.all([unconditional(x, level), conditional(x, level)]))[0],
  land: ({ conditional, unconditional, space, ...at }, { scale }) =>
    asymmetric({ shifted: classifierFree({ conditional, unconditional, space, scale }) })(at),
});
