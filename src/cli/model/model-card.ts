import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The README.md of a model: its front matter as far as it is plain `key: value`, and its text. */
export interface ModelCard {
  readonly file: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The card of a model, given its folder, the folder of its network or a training run; null when there is none. */
export async function readModelCard(path: string): Promise<ModelCard | null> {
  const folders = [join(path, 'model'), path, ...(basename(path) === 'unet' ? [dirname(path)] : [])];
  const file = folders.map((folder) => join(folder, 'README.md')).find((name) => existsSync(name));
  if (file === undefined) return null;
  const content = await readFile(file, 'utf8');
  const [, front = '', text = content] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(content) ?? [];
  const fields = [...front.matchAll(/^([\w-]+):[ \t]*(\S.*)$/gm)].map(([, name, value]) => [name, value!.trim()]);
  return { file, fields: Object.fromEntries(fields), text: text.trim() };
}

/** The licence that a card states; under `license: other` stands its name. Null where there is none. */
export const licenceOf = ({ fields }: ModelCard): string | null => {
  const licence = fields['license'] ?? null;
  return licence === 'other' ? (fields['license_name'] ?? licence) : licence;
};
