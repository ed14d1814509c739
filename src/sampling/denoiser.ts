import type { Space } from '../core/space.js';
import type { Level } from '../diffusion/level.js';
import type { Precondition } from '../diffusion/precondition/precondition.js';
import type { Denoiser, VarianceDenoiser } from './sampler.js';

/** A trained network, called with its own kind of x and its own name of the level; conditioning is already bound. */
export type Network<X> = (x: X, cNoise: number) => Promise<X>;

export interface DenoiserOptions<X> {
  readonly network: Network<X>;
  readonly precondition: Precondition;
  readonly space: Space<X>;
}

export interface VarianceDenoiserOptions<X> extends DenoiserOptions<X> {
  /** The two outputs of a network that also predicts the variance of a step, cut apart. */
  readonly split: (raw: X) => readonly [prediction: X, variance: X];
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

/**
 * The same out of a network with two outputs, one call for both: the prediction becomes the clean value, the other is
 * left as it is for the `learned` variances of `ddpm`. Nichol & Dhariwal 2021, arXiv:2102.09672, Section 3.1.
 */
export function varianceDenoiser<X>({ split, ...options }: VarianceDenoiserOptions<X>): VarianceDenoiser<X> {
  const estimate: VarianceDenoiser<X>['estimate'] = async (x, level) => {
    let variance: X | undefined;
    const network: Network<X> = async (at, cNoise) => {
      const [prediction, second] = split(await options.network(at, cNoise));
      variance = second;
      return prediction;
    };
    const denoised = await denoiser({ ...options, network })(x, level);
    return { denoised, variance: variance! };
  };
  return Object.assign(async (x: X, level: Level) => (await estimate(x, level)).denoised, { estimate });
}
