import { fold, type Key } from '../../../core/random.js';
import type { Space } from '../../../core/space.js';
import type { Level } from '../../../diffusion/level.js';
import { type Landing, towardsData } from '../../landing.js';
import { remembered } from '../../remembered.js';
import type { Denoiser } from '../../sampler.js';
import { blend } from './blend.js';

export interface BlendingOptions<X> {
  /** The clean value that must survive where the mask is 0. */
  readonly known: X;
  /** 1 where something new is wanted; of the shape of `known`. */
  readonly mask: X;
}

/**
 * Blending as a change of the path: after every step the known region is put back, noised to the level of the landing.
 *
 *   x′ ← m⊙x′ + (1 − m)⊙(α′·known + σ′·ε),   ε fresh in every step
 *
 * Lugmayr et al. 2022, arXiv:2201.09865, Equation 8, and before it Song et al. 2021, arXiv:2011.13456, Appendix I.2. Steps
 * that add noise are left alone. On the last step the known region comes back exactly.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { blending, ddim, sample } from 'langevin/sampling';
 * const [known, mask] = [floats([1, 2], [0.25, 0]), floats([1, 2], [0, 1])];
 * const walk = { sampler: ddim(), steps: [2, 1, 0], start: floats([1, 2], [3, 3]), space: batchSpace(), key: key(0) };
 * const denoise = async (x) => floats(x.shape, [0.5, 0.5]);
 * const { data } = await sample({ ...walk, denoise, landings: [blending({ known, mask })] });
 * data; // → Float32Array.of(0.25, 0.5)
 */
export const blending = <X>({ known, mask }: BlendingOptions<X>): Landing<X> =>
  towardsData(({ to, landed, noise, lincomb }) => {
    const clean = to.sigma === 0 && to.alpha === 1;
    const keep = clean ? known : lincomb([to.alpha, known], [to.sigma, noise('known')]);
    return blend({ mask, change: landed, keep });
  });

export interface InpaintingOptions<X> extends BlendingOptions<X> {
  readonly space: Space<X>;
  readonly key: Key;
}

/**
 * Blending as a change of denoisers: before the call the known region is noised to the level, after it the known values are
 * put back.
 *
 *   D̃(x) = m⊙D(m⊙x + (1 − m)⊙(α·known + σ·ε)) + (1 − m)⊙known,   one ε for all levels
 *
 * With one ε the known region walks a straight line to its clean values, as it would under the ODE, so rules of high
 * order keep their order. All denoisers it is put around see the very same x.
 */
export function inpainting<X>({ known, mask, space, key }: InpaintingOptions<X>) {
  const noise = space.gaussian(known, fold(key, 'inpainting'));
  const mixed = remembered(async (x: X, level: Level) => {
    const keep = space.lincomb([level.alpha, known], [level.sigma, noise]);
    return blend({ mask, change: x, keep });
  });
  return (denoise: Denoiser<X>): Denoiser<X> =>
    async (x, level) =>
      blend({ mask, change: await denoise(await mixed(x, level), level), keep: known });
}
