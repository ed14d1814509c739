import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. Every script works there, wherever it was called from. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Between-run leftovers of the scripts; deleting it costs only time. */
export const cache = join(root, 'node_modules/.cache/langevin');

/** Files below `folder` whose path passes `wanted`, as sorted paths relative to the repository. */
export async function filesBelow(folder, wanted) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))
    .filter(wanted)
    .sort();
}
