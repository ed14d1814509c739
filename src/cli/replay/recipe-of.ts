import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { readRecipe } from '../../files/index.js';
import type { SourceFile } from '../invert/input-pictures.js';
import { pinned } from '../invert/recipe.js';

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

/** Reads the recipe out of a PNG or GIF that a command of Langevin wrote. */
export async function recipeIn(path: string): Promise<Recipe> {
  const recipe = (await readRecipe(path)) as Recipe | null;
  if (recipe === null) {
    throw new ToolkitError(
      'no-recipe',
      `replay: ${path} has no recipe. Pictures that sample, edit, invert and translate write as PNG or GIF have one.`,
    );
  }
  const told = ['langevin', 'command', 'model', 'weights'].filter((name) => typeof recipe[name] !== 'string');
  if (told.length === 0) return recipe;
  throw new ToolkitError('no-recipe', `replay: the recipe of ${path} does not say its ${told.join(', ')}.`);
}

/** What a file of a recipe is: the picture something starts from, or what it is changed with. */
export type FileRole = 'source picture' | 'mask' | 'direction';

export interface FindSource {
  readonly source: SourceFile;
  readonly role?: FileRole;
  /** The picture that is made again; files may have moved with it. */
  readonly beside: string;
  /** Where the user says files are: the source picture, or a folder. */
  readonly said: string | null;
}

/** A file that a picture was made from or with, wherever it is now: it must have the bytes it had. */
export async function findSource({ source, role = 'source picture', beside, said }: FindSource): Promise<string> {
  if (/^seed:\d+$/.test(source.path)) return source.path; // drawn again by the model itself
  const name = basename(source.path);
  const isPicture = role === 'source picture';
  const near = said === null ? [] : await placesNear(said, name, isPicture);
  let other: { readonly place: string; readonly hash: string } | null = null;
  for (const place of [...near, source.path, join(dirname(beside), name)]) {
    const hash = await hashOf(place);
    if (hash === source.sha256) return place;
    if (hash !== null && (isPicture || basename(place) === name)) other ??= { place, hash };
  }
  if (other) {
    throw new ToolkitError(
      'changed-source',
      `replay: ${other.place} is not the ${isPicture ? 'picture' : role} it was: its SHA-256 is ${short(other.hash)}, ` +
        `and the recipe says ${short(source.sha256)}. Name the ` +
        (isPicture
          ? 'one it was made from with --source FILE.'
          : 'folder of the one it was made with by --source FOLDER.'),
    );
  }
  throw new ToolkitError(
    'no-source',
    `replay: the ${role} ${near.at(-1) ?? source.path} is not there. Name ` +
      (isPicture ? 'where it is now with --source FILE.' : 'the folder where it is now with --source FOLDER.'),
  );
}

/** Where a file may be by what the user said: in that folder; as that file; or, if it is not the picture, beside it. */
async function placesNear(said: string, name: string, isPicture: boolean): Promise<readonly string[]> {
  const isFolder = (await stat(said).catch(() => null))?.isDirectory() === true;
  if (isFolder) return [join(said, name)];
  return isPicture ? [said] : [said, join(dirname(said), name)];
}

/** The SHA-256 of a file, or null where there is none. */
async function hashOf(path: string): Promise<string | null> {
  try {
    return (await pinned(path)).sha256;
  } catch (error) {
    if (error instanceof ToolkitError && error.code === 'not-found') return null;
    throw error;
  }
}

/** The beginning of a hash: enough to tell two apart. */
export const short = (hash: string): string => `${hash.slice(0, 12)}…`;
