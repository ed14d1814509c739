import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A folder of weights that comes with Langevin, by its name under models/; null where it was left out. */
export function shippedFolder(name: string): string | null {
  const folder = fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));
  return existsSync(folder) ? folder : null;
}

/** The model that commands use unless told. */
export const shippedModel = (): string | null => shippedFolder('emoji-32');
