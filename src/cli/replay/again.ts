import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { gifWithRecipe } from '../../files/gif.js';
import { readImage } from '../../files/image.js';
import { encodePng } from '../../files/png.js';
import { readBytes } from '../../files/read-bytes.js';
import { type Command, type CommandContext } from '../define-command.js';
import type { SourceFile } from '../invert/input-pictures.js';
import { shippedFolder } from '../model/shipped-model.js';
import type { GuidingFile, OpenGuiding } from '../sample/open-guiding.js';
import { numberedFile } from '../sample/outputs.js';
import type { Told } from '../sample/told.js';
import type { ReplayJob, Runner } from './runner.js';
import { sameGuiding, sameTarget } from './same-guiding.js';

export interface AgainOptions {
  /** Whether the command writes before and after into `--strip` as well: the recipe of a PNG may stand in either. */
  readonly strip: boolean;
  /** The words of the command out of its sources, by the name of its argument. */
  readonly words: (sources: readonly string[]) => Readonly<Record<string, string | readonly string[]>>;
}

/** Runs a command again, with the options its recipe keeps. */
export const again =
  (command: Command, { strip, words }: AgainOptions): Runner =>
  async ({ recipe, model: _, path, find, folder, globals, out, signal, picture, moves }: ReplayJob) => {
    const kept = recipe['options'];
    if (typeof kept !== 'object' || kept === null) {
      throw new ToolkitError('no-recipe', `replay: the recipe does not say the options of ${command.name}.`);
    }
    await sameGuiding(recipe['guidedBy'] as OpenGuiding['files'] | undefined, out);
    await sameTarget(recipe['target'] as GuidingFile | undefined, out);
    const sources = await Promise.all(sourcesOf(recipe).map((source) => find(source)));
    const to = recipe['to'] as SourceFile | undefined;
    const mask = recipe['mask'] as SourceFile | undefined;
    const image = (recipe['told'] as Told | undefined)?.conditionImage;
    const directions = await gathered({ recipe, find, folder });
    const file = recipe.index === undefined ? join(folder, 'result.png') : `${join(folder, 'results')}/`;
    const beside = join(folder, 'strip.png');
    const way = join(folder, 'way.gif');
    const usual = Object.fromEntries(Object.entries(command.options).map(([name, spec]) => [name, spec.default]));
    const asked = {
      ...kept,
      ...{ model: path, out: file },
      ...(moves ? { gif: way } : strip && { strip: beside }),
      ...(to && { to: await find(to) }),
      ...(mask && { mask: await find(mask, 'mask') }),
      ...(image && { conditionImage: await find(image) }),
      ...(directions && { directions }),
    };
    await command.run({
      options: { ...usual, ...asked } as CommandContext['options'],
      given: new Set(Object.keys(asked)),
      arguments: words(sources) as CommandContext['arguments'],
      globals,
      out: { ...out, print: () => undefined, event: () => undefined },
      signal,
      standing: () => undefined,
    });
    if (moves) return [gifWithRecipe(await readBytes(way), recipe)];
    const result = recipe.index === undefined ? file : numberedFile(file, recipe.index);
    const { channels } = picture;
    const told = async (name: string): Promise<Uint8Array> =>
      encodePng(await readImage(name, { channels: channels as 1 | 3 | 4 }), { recipe });
    return Promise.all([result, ...(existsSync(beside) ? [beside] : [])].map(told));
  };

/** The pictures a recipe starts from: one, several or none. */
const sourcesOf = ({ source, sources }: ReplayJob['recipe']): readonly SourceFile[] =>
  source ? [source as SourceFile] : ((sources as readonly SourceFile[] | undefined) ?? []);

/** The directions of a recipe, each with the bytes it had, in one folder; null where it pins none. */
async function gathered({
  recipe,
  find,
  folder,
}: Pick<ReplayJob, 'recipe' | 'find' | 'folder'>): Promise<string | null> {
  const files = ((recipe['directions'] as readonly Partial<SourceFile>[] | undefined) ?? []).filter(isPinned);
  if (files.length === 0) return null;
  const { directions: named } = recipe['options'] as Readonly<Record<string, unknown>>;
  const shipped = named === null ? shippedFolder('directions-32') : null; // wherever Langevin is by now
  const all = join(folder, 'directions');
  await mkdir(all, { recursive: true });
  for (const { path, sha256 } of files) {
    const name = basename(path);
    const place = shipped === null ? path : join(shipped, name);
    await copyFile(await find({ path: place, sha256 }, 'direction'), join(all, name));
  }
  return all;
}

const isPinned = (file: Partial<SourceFile>): file is SourceFile =>
  file.path !== undefined && file.sha256 !== undefined;
