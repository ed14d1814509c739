import type { Space } from '../../core/space.js';
import type { Denoiser } from '../sampler.js';

export interface ClassifierFreeOptions<X> {
  readonly conditional: Denoiser<X>;
  readonly unconditional: Denoiser<X>;
  /** 1 is the conditional model as it is; more follows the condition harder. */
  readonly scale: number;
  readonly space: Space<X>;
}

/** Guidance turns denoisers into a denoiser: D_u + scale·(D_c − D_u). Ho & Salimans 2022, arXiv:2207.12598, Equation 6. */
export function classifierFree<X>({ conditional, unconditional, scale, space }: ClassifierFreeOptions<X>): Denoiser<X> {
  if (scale === 1) return conditional;
  return async (x, level) => {
    const [c, u] = await Promise.all([conditional(x, level), unconditional(x, level)]);
    return space.lincomb([scale, c], [1 - scale, u]);
  };
}
