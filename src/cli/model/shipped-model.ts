import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the model that comes with Langevin, or null where it was left out. */
export function shippedModel(): string | null {
  const folder = fileURLToPath(new URL('../../../models/emoji-32', import.meta.url));
  return existsSync(folder) ? folder : null;
}
