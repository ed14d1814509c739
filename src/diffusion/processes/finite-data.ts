import { show, ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, sizeOf } from '../../core/host-array.js';
import type { Level } from '../level.js';
import { softmax } from './mixture.js';

/** What is known exactly when the data is a list. */
export interface FiniteData {
  /** E[x₀ | x] of every row of x. */
  denoise(x: HostArray<'float32'>, level: Level): HostArray<'float32'>;
  /** ∇ log p of every row of x. */
  score(x: HostArray<'float32'>, level: Level): HostArray<'float32'>;
  /** How probable each item of the data is given one row. */
  weights(row: ArrayLike<number>, level: Level): Float64Array;
  /** log p of one row. */
  logDensity(row: ArrayLike<number>, level: Level): number;
}

/**
 * The exact denoiser of a finite data set [N, …]: a mean of the data, weighted by a softmax over distances.
 *
 *   E[x₀ | x] = Σ_n w_n·x_n,   w = softmax_n(−‖x − α·x_n‖²/2σ²),   ∇ log p = (α·E[x₀ | x] − x)/σ²
 *
 * Karras et al. 2022, arXiv:2206.00364, Appendix B.3, Equation 57. It is what a network with no limit would learn, and it
 * only ever samples the training data: what a model makes beyond that is the network's. The exponents are large; the
 * largest is taken out first.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { finiteData } from 'langevin/diffusion';
 * const { denoise } = finiteData(floats([2, 1], [-1, 1]));
 * denoise(floats([1, 1], [0]), { alpha: 0.6, sigma: 0.8 }).data[0]; // → 0
 */
export function finiteData(data: HostArray<'float32'>): FiniteData {
  const [count = 0, ...rest] = data.shape;
  const size = sizeOf(rest);
  const values = data.data;
  if (count === 0) throw new ToolkitError('bad-option', 'finiteData: expected at least one item, got none.');

  const exponents = (row: ArrayLike<number>, { alpha, sigma }: Level): Float64Array => {
    if (!(sigma > 0)) {
      throw new ToolkitError('bad-level', `finiteData: points have no density without noise, got sigma = ${sigma}.`);
    }
    const out = new Float64Array(count);
    for (let n = 0; n < count; n++) {
      let distance = 0;
      for (let i = 0; i < size; i++) distance += (row[i]! - alpha * values[n * size + i]!) ** 2;
      out[n] = -distance / (2 * sigma ** 2);
    }
    return out;
  };
  const denoise = (x: HostArray<'float32'>, level: Level): HostArray<'float32'> => {
    if (x.shape.slice(1).join() !== rest.join()) {
      throw new ToolkitError(
        'shape-mismatch',
        `finiteData: rows of shape ${show(x.shape.slice(1))} are not like the data, ${show(rest)}.`,
      );
    }
    const out = new Float32Array(x.data.length);
    for (let from = 0; from < out.length; from += size) {
      const { r } = softmax(exponents(x.data.subarray(from, from + size), level));
      const mean = new Float64Array(size);
      for (let n = 0; n < count; n++) {
        if (r[n]! === 0) continue;
        for (let i = 0; i < size; i++) mean[i] = mean[i]! + r[n]! * values[n * size + i]!;
      }
      out.set(mean, from);
    }
    return floats(x.shape, out);
  };
  return Object.freeze({
    denoise,
    score(x: HostArray<'float32'>, level: Level) {
      const clean = denoise(x, level).data;
      return floats(
        x.shape,
        x.data.map((value, i) => (level.alpha * clean[i]! - value) / level.sigma ** 2),
      );
    },
    weights: (row: ArrayLike<number>, level: Level) => softmax(exponents(row, level)).r,
    logDensity: (row: ArrayLike<number>, level: Level) =>
      softmax(exponents(row, level)).log - Math.log(count) - (size / 2) * Math.log(2 * Math.PI * level.sigma ** 2),
  });
}
