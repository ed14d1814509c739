import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ToolkitError } from '../../core/errors.js';

/** A folder of weights that comes with Langevin, by its name under models/; null where it was left out. */
export function shippedFolder(name: string): string | null {
  const folder = fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));
  return existsSync(folder) ? folder : null;
}

/** The model that commands use unless told. */
export const shippedModel = (): string | null => shippedFolder('emoji-32');

/** The folder of the model a command works with: the one that is named, or the shipped one. */
export function modelFolder(owner: string, named: string | null): string {
  const path = named ?? shippedModel();
  if (path !== null) return path;
  throw new ToolkitError('not-found', `${owner}: the shipped model is not installed here. Name one with --model DIR.`);
}
