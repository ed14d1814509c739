import sharp from 'sharp';

import { type Picture, picture } from './picture.js';

export interface ResizeOptions {
  readonly width: number;
  readonly height: number;
}

/** A picture at another size, its sides stretched on their own: Lanczos when it shrinks, cubic when it grows. */
export async function resize(given: Picture, { width, height }: ResizeOptions): Promise<Picture> {
  const { width: w, height: h, channels, data } = picture(given);
  if (w === width && h === height) return given;
  const raw = { width: w, height: h, channels: channels as 1 | 2 | 3 | 4 };
  const kernel = width < w || height < h ? 'lanczos3' : 'cubic';
  const sized = sharp(data, { raw }).resize(width, height, { fit: 'fill', kernel });
  const { data: bytes, info } = await sized.raw().toBuffer({ resolveWithObject: true });
  return { width, height, channels: info.channels, data: new Uint8Array(bytes) };
}
