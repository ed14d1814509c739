import { show, ToolkitError } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';

/** Pictures in pairs: what is judged, and what it should be; both [N, C, H, W] in [−1, 1]. */
export interface PicturePairs {
  readonly pictures: HostArray<'float32'>;
  readonly reference: HostArray<'float32'>;
}

/** [N, C, H, W] of both sets, checked. */
export function sizesOfPairs(who: string, { pictures, reference }: PicturePairs) {
  if (pictures.shape.length !== 4 || pictures.shape.join() !== reference.shape.join()) {
    throw new ToolkitError(
      'shape-mismatch',
      `${who} compares pictures in pairs, both [N, C, H, W], got ${show(pictures.shape)} and ${show(reference.shape)}.`,
    );
  }
  const [count, channels, height, width] = pictures.shape as [number, number, number, number];
  return { count, channels, height, width, size: channels * height * width };
}
