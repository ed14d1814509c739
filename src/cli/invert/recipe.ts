import { readBytes, sha256 } from '../../files/read-bytes.js';
import type { DiffusionModel } from '../../pipelines/index.js';
import { version } from '../version.js';
import type { SourceFile } from './input-pictures.js';

export interface RecipeOptions {
  readonly command: string;
  /** The folder it was read from. */
  readonly path: string;
  readonly model: DiffusionModel;
  readonly sources: readonly SourceFile[];
  /** All options of the command, settled. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that say where results go and change nothing of them. */
  readonly outputs: readonly string[];
}

/** What a PNG says of how it was made, so that `replay` makes it again. */
export const recipeOf = ({ command, path, model, sources, options, outputs }: RecipeOptions) => ({
  ...{ langevin: version(), command, model: path, weights: model.hash, sources },
  options: Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'model' && !outputs.includes(name))),
});

/** A file that a picture is made with, as its recipe names it: where it is, and the SHA-256 of its bytes. */
export const pinned = async (path: string): Promise<SourceFile> => ({ path, sha256: sha256(await readBytes(path)) });
