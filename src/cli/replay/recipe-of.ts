import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { readError, readRecipe } from '../../files/index.js';
import type { SourceFile } from '../invert/input-pictures.js';

/** The recipe of a picture, as far as every command writes it. */
export interface Recipe {
  readonly langevin: string;
  readonly command: string;
  /** The folder of the model, and the SHA-256 of its weights. */
  readonly model: string;
  readonly weights: string;
  /** Which picture of several it is, where each is a file of its own. */
  readonly index?: number;
  readonly [more: string]: unknown;
}

/** Reads the recipe out of a PNG that a command of Langevin wrote. */
export async function recipeIn(path: string): Promise<Recipe> {
  const recipe = (await readRecipe(path)) as Recipe | null;
  if (recipe === null) {
    throw new ToolkitError(
      'no-recipe',
      `replay: ${path} has no recipe. Pictures that sample, edit, invert and translate write as PNG have one.`,
    );
  }
  const told = ['langevin', 'command', 'model', 'weights'].filter((name) => typeof recipe[name] !== 'string');
  if (told.length === 0) return recipe;
  throw new ToolkitError('no-recipe', `replay: the recipe of ${path} does not say its ${told.join(', ')}.`);
}

export interface FindSource {
  readonly source: SourceFile;
  /** The picture that is made again; sources may have moved with it. */
  readonly beside: string;
  /** Where the user says it is: the file, or its folder. */
  readonly said: string | null;
}

/** The file that a picture was made from, wherever it is now: it must have the bytes it had. */
export async function findSource({ source, beside, said }: FindSource): Promise<string> {
  if (/^seed:\d+$/.test(source.path)) return source.path; // drawn again by the model itself
  const name = basename(source.path);
  const isFolder = said !== null && (await stat(said).catch(() => null))?.isDirectory() === true;
  const places = said === null ? [source.path, join(dirname(beside), name)] : [isFolder ? join(said, name) : said];
  let other: { readonly place: string; readonly hash: string } | null = null;
  for (const place of places) {
    const hash = await hashOf(place);
    if (hash === source.sha256) return place;
    if (hash !== null) other ??= { place, hash };
  }
  if (other) {
    throw new ToolkitError(
      'changed-source',
      `replay: ${other.place} is not the picture it was: its SHA-256 is ${short(other.hash)}, and the recipe says ` +
        `${short(source.sha256)}. Name the one it was made from with --source FILE.`,
    );
  }
  throw new ToolkitError(
    'no-source',
    `replay: the source picture ${places[0]!} is not there. Name where it is now with --source FILE.`,
  );
}

async function hashOf(path: string): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    const told = readError(path, error);
    if (told.code === 'not-found') return null;
    throw told;
  }
}

/** The beginning of a hash: enough to tell two apart. */
export const short = (hash: string): string => `${hash.slice(0, 12)}…`;
