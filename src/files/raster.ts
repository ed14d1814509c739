import sharp from 'sharp';

import { show, ToolkitError } from '../core/errors.js';
import type { Picture } from './picture.js';

export interface RasteriseOptions {
  /** Pixels of the longer side; by default as large as the drawing says it is. */
  readonly longest?: number;
  /** Colour behind the drawing; null keeps what is transparent. */
  readonly background?: string | null;
  /** What errors call the drawing. */
  readonly name?: string;
}

/** Draws a whole SVG document as pixels, in its own proportions: RGB on a background, RGBA without one. */
export async function rasterise(
  svg: string | Uint8Array,
  { longest, background = '#ffffff', name = 'The drawing' }: RasteriseOptions = {},
): Promise<Picture> {
  try {
    const bytes = Buffer.from(svg as Uint8Array);
    const { width = 0, height = 0 } = await sharp(bytes).metadata();
    // 72 dots per inch are one pixel per unit: more of them draw it larger instead of enlarging pixels.
    const density =
      longest === undefined ? 72 : Math.min(100_000, Math.max(1, (72 * longest) / Math.max(width, height)));
    const drawn = sharp(bytes, { density, limitInputPixels: false });
    const sized = longest === undefined ? drawn : drawn.resize(longest, longest, { fit: 'inside' });
    const flat = background === null ? sized.ensureAlpha() : sized.flatten({ background });
    const { data, info } = await flat
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]!.trim().replace(/\.$/, '') : show(error);
    throw new ToolkitError('bad-image', `${name} cannot be read as an SVG drawing: ${reason}.`, { cause: error });
  }
}
