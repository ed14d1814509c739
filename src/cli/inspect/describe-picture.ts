import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { readRecipe } from '../../files/index.js';

/** Whether a path names a picture file that may hold a recipe, and no model. */
export const isPictureFile = (path: string): boolean =>
  ['.png', '.gif'].includes(extname(path).toLowerCase()) &&
  statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;

/** The recipe of a picture for people, and as it is. */
export async function describePicture(path: string): Promise<{ readonly text: string; readonly recipe: unknown }> {
  const recipe = await readRecipe(path);
  const text =
    recipe === null
      ? `${path} has no recipe: Langevin did not write it, or something else has written it since.`
      : `The recipe of ${path}:\n${JSON.stringify(recipe, null, 2)}`;
  return { text, recipe };
}
