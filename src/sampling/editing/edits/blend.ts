import { choice } from '../../../core/options.js';
import { defineEdit, walked } from '../edit.js';
import { blending, inpainting } from '../painting/blending.js';
import { maskOf, startAround } from '../painting/known-region.js';

/**
 * Inpainting by blending: plain sampling in which the known region is put back after every step, noised to where the walk
 * is. Costs nothing more than sampling. The network sees the known region and fits in with it, but the new region is
 * never asked again about what it decided at high noise, so edges may not meet: `repaint` is slower and agrees better.
 *
 *   landing    x′ ← m⊙x′ + (1 − m)⊙(α′·known + σ′·ε), ε fresh in every step
 *   denoiser   D̃ = m⊙D(m⊙x + (1 − m)⊙(α·known + σ·ε)) + (1 − m)⊙known, one ε for the whole walk
 *
 * Song et al. 2021, arXiv:2011.13456, Appendix I.2; Lugmayr et al. 2022, arXiv:2201.09865, Equation 8.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { ddim, inpaintByBlending } from 'langevin/sampling';
 * const [source, mask] = [floats([1, 2], [0.25, 0]), floats([1, 2], [0, 1])];
 * const walk = { sampler: ddim(), steps: [1, 0], space: batchSpace(), key: key(0), denoise: async (x) => floats(x.shape, [9, 0.5]) };
 * const frames = inpaintByBlending().run({ ...walk, source, mask });
 * await frames.next();
 * (await frames.next()).value.data; // → Float32Array.of(0.25, 0.5)
 */
export const inpaintByBlending = defineEdit({
  name: 'blend',
  summary: 'Fills a region, the rest put back after every step: fast inpainting.',
  needs: ['mask'],
  options: {
    form: choice(['landing', 'denoiser'], {
      default: 'landing',
      help: 'Whether the path is changed with fresh noise in every step, or the denoiser with one noise for all.',
    }),
  },
  neutral: [],
  walk(at, { form }) {
    const mask = maskOf(at);
    const { source: known, space, key } = at;
    const start = startAround(at);
    return form === 'landing'
      ? walked(at, { start, landings: [blending({ known, mask })] })
      : walked(at, { start, around: inpainting({ known, mask, space, key }) });
  },
});
