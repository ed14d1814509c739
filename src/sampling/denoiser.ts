import type { Space } from '../core/space.js';
import type { Precondition } from '../diffusion/precondition/precondition.js';
import type { Denoiser } from './sampler.js';

/** A trained network, called with its own kind of x and its own name of the level; conditioning is already bound. */
export type Network<X> = (x: X, cNoise: number) => Promise<X>;

export interface DenoiserOptions<X> {
  readonly network: Network<X>;
  readonly precondition: Precondition;
  readonly space: Space<X>;
}

/**
 * A denoiser out of a raw network: D(x; level) = c_skip·x + c_out·F(c_in·x; c_noise).
 * Karras et al. 2022, arXiv:2206.00364, Equation 7.
 */
export function denoiser<X>({ network, precondition, space }: DenoiserOptions<X>): Denoiser<X> {
  return async (x, level) => {
    const { cSkip, cOut, cIn, cNoise } = precondition(level);
    const raw = await network(cIn === 1 ? x : space.lincomb([cIn, x]), cNoise);
    return cSkip === 0 && cOut === 1 ? raw : space.lincomb([cSkip, x], [cOut, raw]);
  };
}
