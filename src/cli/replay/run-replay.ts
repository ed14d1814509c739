import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { readImage } from '../../files/image.js';
import type { Picture } from '../../files/picture.js';
import { encodePng } from '../../files/png.js';
import type { GlobalOptions } from '../global-options.js';
import { openModel } from '../model/open-model.js';
import type { Output } from '../terminal/output.js';
import { version } from '../version.js';
import { findSource, type Recipe, recipeIn, short } from './recipe-of.js';
import type { ReplayJob } from './runner.js';
import { runners } from './runners.js';

export interface RunReplayOptions {
  readonly file: string;
  readonly options: {
    readonly model: string | null;
    readonly source: string | null;
    readonly anyway: boolean;
    readonly out: string | null;
  };
  readonly globals: GlobalOptions;
  readonly out: Output;
  readonly signal: AbortSignal;
}

export interface ReplayResult {
  readonly recipe: Recipe;
  /** Whether every byte of the file is the same again. */
  readonly identical: boolean;
  /** How many numbers of the picture differ, and by how much at most; null where the size differs. */
  readonly difference: { readonly count: number; readonly most: number } | null;
  /** What was written; null where nothing was asked for. */
  readonly file: string | null;
}

/** Makes a picture again out of its recipe and compares the bytes. */
export async function runReplay({ file, options, globals, out, signal }: RunReplayOptions): Promise<ReplayResult> {
  const recipe = await recipeIn(file);
  const run = runners.get(recipe.command);
  const bytes = await readFile(file);
  const picture = await readImage(file);
  const path = options.model ?? recipe.model;
  const model = await openModel(path, out);
  if (model.hash !== recipe.weights) {
    const differs =
      `${path} holds other weights than the picture was made with: SHA-256 ${short(model.hash)}, the recipe says ` +
      `${short(recipe.weights)}.`;
    if (!options.anyway) {
      throw new ToolkitError(
        'other-model',
        `replay: ${differs} Name the right model with --model DIR, or go on with --anyway.`,
      );
    }
    out.warn(differs);
  }
  if (recipe.langevin !== version()) {
    out.warn(`The picture was made with Langevin ${recipe.langevin}, and this is ${version()}: it may differ.`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'langevin-replay-'));
  try {
    const find: ReplayJob['find'] = (source, role) =>
      findSource({ source, ...(role && { role }), beside: file, said: options.source });
    const made = await run({ recipe, picture, model, path, find, folder, globals, out, signal });
    const encoded = made.map((one) => encodePng(one, { recipe }));
    const same = encoded.findIndex((one) => bytes.equals(one));
    const best = Math.max(same, 0);
    if (options.out !== null) await writeFileAtomic(options.out, encoded[best]!);
    return {
      ...{ recipe, identical: same >= 0, file: options.out },
      difference: same >= 0 ? { count: 0, most: 0 } : differenceOf(picture, made),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How far the nearest of some pictures is from what it should be. */
function differenceOf(wanted: Picture, made: readonly Picture[]): ReplayResult['difference'] {
  const fitting = made.filter(({ data }) => data.length === wanted.data.length);
  const found = fitting.map(({ data }) => {
    const off = Array.from(data, (byte, i) => Math.abs(byte - wanted.data[i]!));
    return { count: off.filter((by) => by > 0).length, most: off.reduce((most, by) => Math.max(most, by), 0) };
  });
  return found.length === 0 ? null : found.reduce((best, one) => (one.count < best.count ? one : best));
}
