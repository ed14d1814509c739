import type { Space } from '../src/core/space.js';
import type { Denoiser } from '../src/sampling/sampler.js';

/** A number that is partly random: mean + Σ parts[k]·z_k with independent unit Gaussians z_k. */
export interface Affine {
  readonly mean: number;
  readonly parts: readonly number[];
}

export const affine = (mean: number, ...parts: readonly number[]): Affine => ({ mean, parts });

export const varianceOf = ({ parts }: Affine): number => parts.reduce((sum, part) => sum + part ** 2, 0);

/**
 * Random numbers themselves as values: every draw is one more z_k. A sampler whose denoiser is affine ends in its exact
 * distribution, so that weak convergence can be measured without drawing anything. `drawn` is how many z_k there are.
 */
export function affineSpace(drawn: number): Space<Affine> {
  let next = drawn;
  return {
    lincomb(...terms) {
      const length = Math.max(...terms.map(([, { parts }]) => parts.length));
      const parts = new Array<number>(length).fill(0);
      let mean = 0;
      for (const [c, value] of terms) {
        mean += c * value.mean;
        for (const [k, part] of value.parts.entries()) parts[k]! += c * part;
      }
      return { mean, parts };
    },
    gaussian() {
      const parts = new Array<number>(next + 1).fill(0);
      parts[next++] = 1;
      return { mean: 0, parts };
    },
    map: onlyLinear,
    clamp: onlyLinear,
  };
}

/** The exact denoiser of data ~ N(m, s²). */
export const affineDenoiser =
  (m: number, s: number): Denoiser<Affine> =>
  async ({ mean, parts }, { alpha, sigma }) => {
    const gain = (alpha * s ** 2) / ((alpha * s) ** 2 + sigma ** 2);
    return { mean: m + gain * (mean - alpha * m), parts: parts.map((part) => gain * part) };
  };

function onlyLinear(): never {
  throw new Error('only linear things can be done to a distribution');
}
