import { decode, encode, hasPngSignature } from 'fast-png';

import { ToolkitError } from '../core/errors.js';
import { writeFileAtomic } from './atomic.js';
import { type Picture, picture } from './picture.js';
import { recipeKeyword, recipeText } from './recipe-text.js';

export interface PngOptions {
  /** How the picture was made, as JSON: kept in a text chunk, so that it can be made again. */
  readonly recipe?: unknown;
}

/** A picture as PNG bytes. The same picture and recipe give the same bytes. */
export function encodePng(image: Picture, { recipe }: PngOptions = {}): Uint8Array {
  const { width, height, channels, data } = picture(image);
  const text = recipe === undefined ? {} : { text: { [recipeKeyword]: recipeText(recipe) } };
  return encode({ width, height, channels, data, depth: 8, ...text }, { zlib: { level: 9 } });
}

/** Writes a PNG file, whole or not at all. */
export const writePng = (path: string, image: Picture, options: PngOptions = {}): Promise<void> =>
  writeFileAtomic(path, encodePng(image, options));

/** Whether bytes begin as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean => hasPngSignature(bytes.subarray(0, 8));

/** The text of the recipe inside the bytes of a PNG, or null when there is none. `name` is what errors call it. */
export function pngRecipe(bytes: Uint8Array, name: string): string | null {
  try {
    return decode(bytes, { checkCrc: true }).text[recipeKeyword] ?? null;
  } catch (error) {
    throw new ToolkitError('bad-png', `${name} is damaged or truncated: it cannot be read as a PNG.`, { cause: error });
  }
}

/** The beginning of a file in hexadecimal: what an error shows of a wrong magic number. */
export function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing (the file is empty)';
  return `bytes ${Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ')}`;
}
