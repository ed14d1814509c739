import type { HostArray } from '../../core/host-array.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { writeGif } from '../../files/gif.js';
import { writeNpy } from '../../files/npy.js';
import { writePng } from '../../files/png.js';
import { rasterise } from '../../files/raster.js';
import { usageError } from '../parse.js';
import { type PointPictureOptions, pointPicture } from '../plot/point-picture.js';
import type { OutputKind } from './outputs.js';

export interface WritePointsOptions extends Pick<PointPictureOptions, 'labels' | 'classes'> {
  readonly out: string;
  readonly kind: OutputKind;
  /** [N, 2]. */
  readonly pictures: HostArray<'float32'>;
  /** All points at each step, for an animation. */
  readonly frames: readonly HostArray<'float32'>[];
  /** Goes into a PNG or a GIF. */
  readonly recipe: Readonly<Record<string, unknown>>;
}

/** Refuses, before anything is computed, what makes no sense for points. */
export function refuseSinglePoints(kind: OutputKind): void {
  if (kind === 'files') throw usageError('sample: points are drawn together. Take a .svg, .png, .gif or .npy.');
}

/** Writes points as a drawing, a picture of it, an animation of their way, or the numbers [N, 2]; returns the files. */
export async function writePoints({ out, kind, pictures, frames, recipe, ...look }: WritePointsOptions) {
  const drawing = (points: HostArray<'float32'>, reach?: number): string =>
    pointPicture({ ...look, points, ...(reach !== undefined && { reach }) });
  switch (kind) {
    case 'grid':
      await writePng(out, await rasterise(drawing(pictures), { longest: 1200 }), { recipe });
      break;
    case 'animation': {
      // One square for all frames: the way out of the noise is a way inwards.
      const shown = [...frames, pictures].map((points) => rasterise(drawing(points, 2.5), { longest: 480 }));
      await writeGif(out, await Promise.all(shown), { recipe });
      break;
    }
    case 'numbers':
      await writeNpy(out, pictures);
      break;
    case 'drawing':
    case 'files':
      await writeFileAtomic(out, drawing(pictures));
  }
  return [out];
}
