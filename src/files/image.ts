import sharp from 'sharp';

import { show, ToolkitError } from '../core/errors.js';
import type { Picture } from './picture.js';
import { firstBytes } from './png.js';
import { readBytes } from './read-bytes.js';

/** Endings of the image files that can be read. */
export const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.svg'];

export interface DecodeOptions {
  /** 1 grey, 3 RGB, 4 RGBA; by default 4 when the image has transparency, else 1 or 3 as it is. */
  readonly channels?: 1 | 3 | 4;
  /** What shines through where the image is transparent, unless four channels are asked for. */
  readonly background?: string;
  /** Side of the square the image is scaled and centre-cropped to; by default it keeps its size. */
  readonly size?: number;
  /** What errors call the image. */
  readonly name?: string;
}

/** Decodes PNG, JPEG, WebP, GIF (first frame) or SVG, turned upright by its EXIF orientation. */
export async function decodeImage(
  bytes: Uint8Array,
  { channels, background = '#ffffff', size, name = 'The image' }: DecodeOptions = {},
): Promise<Picture> {
  if (bytes.length === 0) throw new ToolkitError('bad-image', `${name} is empty (0 bytes).`);
  try {
    let image = sharp(bytes, { pages: 1 }).autoOrient();
    const { hasAlpha, channels: stored = 3 } = await image.metadata();
    const wanted = channels ?? (hasAlpha ? 4 : stored === 1 ? 1 : 3);
    if (size !== undefined) image = image.resize(size, size, { fit: 'cover', kernel: 'lanczos3' });
    image = wanted === 4 ? image.ensureAlpha() : image.flatten({ background });
    image = image.toColourspace(wanted === 1 ? 'b-w' : 'srgb');
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };
  } catch (error) {
    throw undecodable(error, { bytes, background, name });
  }
}

type Undecodable = Required<Pick<DecodeOptions, 'background' | 'name'>> & { readonly bytes: Uint8Array };

/** What the decoder says in the words of its libraries, as one sentence; its own words are the cause. */
function undecodable(error: unknown, { bytes, background, name }: Undecodable): ToolkitError {
  const words = error instanceof Error ? error.message : String(error);
  if (/parse colou?r/i.test(words)) {
    const sentence = `The background of pictures must be a colour, as in #ffffff, got ${show(background)}.`;
    return new ToolkitError('bad-option', sentence, { cause: error });
  }
  const reason = /unsupported image format/.test(words)
    ? `it is no PNG, JPEG, WebP, GIF or SVG, for it starts with ${firstBytes(bytes)}. Name a picture, or convert it first`
    : /pixel limit/.test(words)
      ? 'it has more pixels than can be read at once. Make it smaller first'
      : 'it is truncated or damaged. Take a whole copy of it';
  return new ToolkitError('bad-image', `${name} cannot be read as an image: ${reason}.`, { cause: error });
}

/** Whether an image has more than 8 bits a channel, of which decoding keeps 8; false for what cannot be read. */
export async function isDeeperThanBytes(bytes: Uint8Array): Promise<boolean> {
  const { depth } = await sharp(bytes)
    .metadata()
    .catch(() => ({ depth: undefined }));
  return depth !== undefined && depth !== 'uchar';
}

/** Reads an image file: see `decodeImage`. */
export async function readImage(path: string, options: Omit<DecodeOptions, 'name'> = {}): Promise<Picture> {
  const bytes = await readBytes(path);
  return decodeImage(bytes, { ...options, name: path });
}

export interface SvgOptions {
  /** What is inside the `<svg>` element. */
  readonly body: string;
  /** The part of the drawing that is shown: left, top, width, height. Not square means centred between empty bars. */
  readonly viewBox: readonly [left: number, top: number, width: number, height: number];
  /** Side of the square picture in pixels. */
  readonly size: number;
  readonly background?: string;
}

/**
 * Draws SVG elements at `size` × `size` pixels on a background. They are drawn several times larger first and scaled
 * down with a Lanczos kernel: at 16 pixels this keeps eyes and mouths apart that the renderer's own smoothing runs
 * together.
 */
export async function drawSvg({ body, viewBox, size, background = '#ffffff' }: SvgOptions): Promise<Picture> {
  const large = size * Math.max(2, Math.ceil(128 / size));
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ' +
    `width="${large}" height="${large}" viewBox="${viewBox.join(' ')}">${body}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const small = await sharp(data, { raw: info }).resize(size, size, { kernel: 'lanczos3' }).raw().toBuffer();
  return { width: size, height: size, channels: 3, data: new Uint8Array(small) };
}

/** Name and version of the SVG renderer: part of the name of everything cached that it drew. */
export const renderer: string = `rsvg-${sharp.versions.rsvg ?? 'unknown'}-vips-${sharp.versions.vips}`;
