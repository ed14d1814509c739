import { floats, type HostArray } from '../../core/host-array.js';
import type { Level } from '../../diffusion/level.js';

/** Equal Gaussians around points: Σ_k w_k·N(c_k, s²·I). Everything about it is known at every noise level. */
export interface Cloud {
  /** Numbers in a point. */
  readonly dim: number;
  /** Centres, one after the other. */
  readonly centres: Float64Array;
  readonly weights: Float64Array;
  readonly width: number;
}

/** ln p and the mean of the clean value at one place. */
interface Known {
  readonly logDensity: number;
  readonly denoised: readonly number[];
}

/**
 * With x = α·x₀ + σ·ε a Gaussian stays one: x | k ~ N(α·c_k, v·I), v = α²s² + σ². Hence
 *
 *   p(x)      = Σ_k w_k·N(x; α·c_k, v·I)
 *   E[x₀ | x] = Σ_k r_k·( c_k + α·s²/v·(x − α·c_k) ),   r_k ∝ w_k·N(x; α·c_k, v·I)
 */
function knownAt(
  { dim, centres, weights, width }: Cloud,
  { alpha, sigma }: Level,
  x: ArrayLike<number>,
  at: number,
): Known {
  const v = (alpha * width) ** 2 + sigma ** 2;
  const squares = new Float64Array(weights.length);
  let least = Infinity;
  for (let k = 0; k < squares.length; k++) {
    for (let d = 0; d < dim; d++) squares[k]! += (x[at + d]! - alpha * centres[k * dim + d]!) ** 2;
    if (squares[k]! < least) least = squares[k]!;
  }
  let total = 0;
  const mean = new Array<number>(dim).fill(0);
  for (let k = 0; k < squares.length; k++) {
    const r = weights[k]! * Math.exp((least - squares[k]!) / (2 * v));
    total += r;
    for (let d = 0; d < dim; d++) mean[d]! += r * centres[k * dim + d]!;
  }
  const shrink = (alpha * width ** 2) / v;
  return {
    logDensity: Math.log(total) - least / (2 * v) - (dim / 2) * Math.log(2 * Math.PI * v),
    denoised: mean.map((sum, d) => sum / total + shrink * (x[at + d]! - (alpha * sum) / total)),
  };
}

/** The exact density of the cloud at a level. */
export const cloudDensity = (cloud: Cloud, level: Level, ...x: readonly number[]): number =>
  Math.exp(knownAt(cloud, level, x, 0).logDensity);

/** The exact denoiser of the cloud: E[x₀ | x] for every row of [N, dim]. */
export const cloudDenoiser =
  (cloud: Cloud) =>
  async (x: HostArray<'float32'>, level: Level): Promise<HostArray<'float32'>> => {
    const out = new Float32Array(x.data.length);
    for (let at = 0; at < out.length; at += cloud.dim) out.set(knownAt(cloud, level, x.data, at).denoised, at);
    return floats(x.shape, out);
  };

/** Three Gaussians on a line. */
export const lineCloud: Cloud = {
  dim: 1,
  centres: Float64Array.of(-0.75, 0.1, 0.7),
  weights: Float64Array.of(0.45, 0.2, 0.35),
  width: 0.08,
};
