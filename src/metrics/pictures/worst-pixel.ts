import { type PicturePairs, sizesOfPairs } from './same-pictures.js';

/**
 * The largest difference of a number of every picture from what it should be, in steps of a byte: below ½ the picture is
 * the same when it is written to a file, 255 is black for white.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { worstPixel } from 'langevin/metrics';
 * worstPixel({ pictures: floats([1, 1, 1, 2], [1, 0]), reference: floats([1, 1, 1, 2], [-1, 0]) }); // → [255]
 */
export function worstPixel(pairs: PicturePairs): readonly number[] {
  const { count, size } = sizesOfPairs('worstPixel', pairs);
  return Array.from({ length: count }, (_, n) => {
    let worst = 0;
    for (let i = n * size; i < (n + 1) * size; i++) {
      worst = Math.max(worst, Math.abs(pairs.pictures.data[i]! - pairs.reference.data[i]!));
    }
    return 127.5 * worst;
  });
}
