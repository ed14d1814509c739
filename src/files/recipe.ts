import { ToolkitError } from '../core/errors.js';
import { gifRecipe, isGif } from './gif.js';
import { firstBytes, isPng, pngRecipe } from './png.js';
import { readBytes } from './read-bytes.js';

/** The recipe inside the bytes of a PNG or a GIF, or null when there is none. `name` is what errors call it. */
export function decodeRecipe(bytes: Uint8Array, name = 'The picture'): unknown {
  const text = textIn(bytes, name);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolkitError('bad-recipe', `${name} has a recipe that is not JSON.`, { cause: error });
  }
}

function textIn(bytes: Uint8Array, name: string): string | null {
  if (isPng(bytes)) return pngRecipe(bytes, name);
  if (isGif(bytes)) return gifRecipe(bytes, name);
  throw new ToolkitError('bad-picture', `${name} is neither a PNG nor a GIF: it starts with ${firstBytes(bytes)}.`);
}

/** The recipe inside a PNG or a GIF file, or null when there is none. */
export const readRecipe = async (path: string): Promise<unknown> => decodeRecipe(await readBytes(path), path);
