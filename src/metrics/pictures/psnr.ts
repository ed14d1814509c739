import { type PicturePairs, sizesOfPairs } from './same-pictures.js';

/** Mean squared error of every picture, in the scale [−1, 1]. */
export function meanSquaredErrors(pairs: PicturePairs): readonly number[] {
  const { count, size } = sizesOfPairs('meanSquaredErrors', pairs);
  return Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let i = n * size; i < (n + 1) * size; i++) sum += (pairs.pictures.data[i]! - pairs.reference.data[i]!) ** 2;
    return sum / size;
  });
}

/**
 * Peak signal-to-noise ratio of every picture in decibel: 20 is a tenth of the range off, 40 a hundredth; equal pictures
 * have ∞.
 *
 *   PSNR = 10·log₁₀(L²/MSE),   L = 2, the range of [−1, 1]
 *
 * Huynh-Thu & Ghanbari 2008, "Scope of validity of PSNR" (Electronics Letters 44). It says how far numbers
 * are apart and not how different pictures look: a shift by one pixel costs much, a blur little.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { psnr } from 'langevin/metrics';
 * psnr({ pictures: floats([1, 1, 1, 2], [0.5, 0.3]), reference: floats([1, 1, 1, 2], [0.3, 0.5]) })[0].toFixed(2); // → '20.00'
 */
export function psnr(pairs: PicturePairs): readonly number[] {
  sizesOfPairs('psnr', pairs);
  return meanSquaredErrors(pairs).map((error) => 10 * Math.log10(4 / error));
}
