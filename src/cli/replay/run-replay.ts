import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { decodeFrames, isGif } from '../../files/gif.js';
import { decodeImage, readImage } from '../../files/image.js';
import type { Picture } from '../../files/picture.js';
import { readBytes } from '../../files/read-bytes.js';
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
  const bytes = await readBytes(file);
  const picture = await readImage(file);
  const moves = isGif(bytes);
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
    const made = await run({ recipe, picture, moves, model, path, find, folder, globals, out, signal });
    const same = made.findIndex((one) => bytes.equals(one));
    const best = Math.max(same, 0);
    if (options.out !== null) await writeFileAtomic(options.out, made[best]!);
    return {
      ...{ recipe, identical: same >= 0, file: options.out },
      difference: same >= 0 ? { count: 0, most: 0 } : await differenceOf({ bytes, made, moves }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Compared {
  readonly bytes: Uint8Array;
  readonly made: readonly Uint8Array[];
  /** Whether all frames are compared. */
  readonly moves: boolean;
}

/** How far the nearest of some pictures is from what it should be. */
async function differenceOf({ bytes, made, moves }: Compared): Promise<ReplayResult['difference']> {
  const decode = (one: Uint8Array): Promise<Picture> => (moves ? decodeFrames(one) : decodeImage(one));
  const [wanted, ...all] = await Promise.all([bytes, ...made].map(decode));
  const fitting = all.filter(({ data }) => data.length === wanted!.data.length);
  const found = fitting.map(({ data }) => {
    const off = Array.from(data, (byte, i) => Math.abs(byte - wanted!.data[i]!));
    return { count: off.filter((by) => by > 0).length, most: off.reduce((most, by) => Math.max(most, by), 0) };
  });
  return found.length === 0 ? null : found.reduce((best, one) => (one.count < best.count ? one : best));
}
