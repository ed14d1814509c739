import { decode, encode, hasPngSignature } from 'fast-png';

import { ToolkitError } from '../core/errors.js';
import { writeFileAtomic } from './atomic.js';
import { type Picture, picture } from './picture.js';
import { readBytes } from './read-bytes.js';

/** The keyword of the PNG text chunk that holds the recipe. */
export const recipeKeyword = 'langevin';

export interface PngOptions {
  /** How the picture was made, as JSON: kept in a text chunk, so that it can be made again. */
  readonly recipe?: unknown;
}

/** A picture as PNG bytes. The same picture and recipe give the same bytes. */
export function encodePng(image: Picture, { recipe }: PngOptions = {}): Uint8Array {
  const { width, height, channels, data } = picture(image);
  const text = recipe === undefined ? {} : { text: { [recipeKeyword]: ascii(JSON.stringify(recipe)) } };
  return encode({ width, height, channels, data, depth: 8, ...text }, { zlib: { level: 9 } });
}

/** Writes a PNG file, whole or not at all. */
export const writePng = (path: string, image: Picture, options: PngOptions = {}): Promise<void> =>
  writeFileAtomic(path, encodePng(image, options));

/** The recipe inside PNG bytes, or null when the picture has none. `name` is what errors call it. */
export function decodeRecipe(bytes: Uint8Array, name = 'The PNG'): unknown {
  if (!hasPngSignature(bytes.subarray(0, 8))) {
    throw new ToolkitError('bad-png', `${name} is not a PNG: it starts with ${firstBytes(bytes)}.`);
  }
  let text: string | undefined;
  try {
    text = decode(bytes, { checkCrc: true }).text[recipeKeyword];
  } catch (error) {
    throw new ToolkitError('bad-png', `${name} is damaged or truncated: it cannot be read as a PNG.`, { cause: error });
  }
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolkitError('bad-png', `${name} has a recipe that is not JSON.`, { cause: error });
  }
}

/** The recipe inside a PNG file, or null when the picture has none. */
export async function readRecipe(path: string): Promise<unknown> {
  const bytes = await readBytes(path);
  return decodeRecipe(bytes, path);
}

/** tEXt chunks hold Latin-1; JSON can say everything else in ASCII. */
const ascii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The beginning of a file in hexadecimal: what an error shows of a wrong magic number. */
export function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing (the file is empty)';
  return `bytes ${Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ')}`;
}
