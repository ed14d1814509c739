import type { Picture } from '../../files/picture.js';
import type { DiffusionModel } from '../../pipelines/index.js';
import type { GlobalOptions } from '../global-options.js';
import type { SourceFile } from '../invert/input-pictures.js';
import type { Output } from '../terminal/output.js';
import type { FileRole, Recipe } from './recipe-of.js';

/** What it takes to make a picture again. */
export interface ReplayJob {
  readonly recipe: Recipe;
  /** The picture as it is, of a GIF its first frame, for what its recipe leaves to its size. */
  readonly picture: Picture;
  /** Whether it is a GIF. */
  readonly moves: boolean;
  readonly model: DiffusionModel;
  /** The folder the model was found in. */
  readonly path: string;
  /** Where a file of the recipe is now; a source picture unless told. */
  readonly find: (source: SourceFile, role?: FileRole) => Promise<string>;
  /** A folder to write into, which is gone afterwards. */
  readonly folder: string;
  readonly globals: GlobalOptions;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Makes the files of a recipe again, with the recipe in them: the one that is asked for is among them. */
export type Runner = (job: ReplayJob) => Promise<readonly Uint8Array[]>;
