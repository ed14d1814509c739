import type { HostArray } from '../../core/host-array.js';
import type { OptionSpecs, Resolved } from '../../core/options.js';
import type { DiffusionModel, GuidingModels } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Edit } from '../../sampling/index.js';
import type { Sampling } from '../sample/settle-sampling.js';
import type { editOptions } from './edit-options.js';

type Batch = HostArray<'float32'>;

export type EditOptions = Resolved<typeof editOptions>;

/** What an edit of the command line is given: pictures as the model takes them, and everything settled. */
export interface EditJob {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  /** As many copies of the source as results are wanted, [N, C, H, W]. */
  readonly pictures: Batch;
  /** [H, W] in the size of `pictures`; null where everything may change. */
  readonly mask: Batch | null;
  /** As many copies of the second picture, for edits between two. */
  readonly others: Batch | null;
  /** The noise that makes the pictures, and the others, where it is known. */
  readonly latents: Batch | null;
  readonly otherLatents: Batch | null;
  /** Labels, guidance, steps, sampler, seed: as `sample` settles them. */
  readonly sampling: Sampling;
  /** Other networks that guidance asks. */
  readonly guiding: GuidingModels;
  readonly options: EditOptions;
  readonly signal: AbortSignal;
}

/** One step of the work; `denoised` is what is expected of the pictures by now. */
export interface EditProgress {
  readonly done: number;
  readonly total: number;
  /** Number of the first picture of this batch, and of the step in it. */
  readonly first: number;
  readonly step: number;
  readonly denoised: Batch;
}

/** A canvas of another size than the source. */
export interface EditCanvas {
  /** The source there, and what may change of it where something must stay. */
  readonly source: Batch;
  readonly mask: Batch | null;
  /** Puts a picture of any channels and its mask there, both [1, C, H, W]. */
  readonly place: Edit['canvas'];
}

/** An edit that is ready to begin. */
export interface PreparedEdit {
  /** What it will ask of the network, in words; null where it asks nothing worth a line. */
  readonly cost: string | null;
  /** The canvas of the result, where that is another one; else null. */
  readonly canvas: EditCanvas | null;
  /** What the recipe keeps beside the options: names and options with nothing left to choose. */
  readonly facts: Readonly<Record<string, unknown>>;
  run(): AsyncGenerator<EditProgress, Batch, undefined>;
}

/** One kind of edit: `langevin edit PICTURE --with NAME`. */
export interface EditKind {
  readonly name: string;
  readonly summary: string;
  /** Its own options, for `--with NAME:OPTIONS`. */
  readonly options: OptionSpecs;
  /** Whether it cannot do without a mask, or without a second picture. */
  readonly needs: readonly ('mask' | 'other')[];
  /** Whether `--semantic` may come on top; it may unless told. */
  readonly takesSemantic?: boolean;
  /** The size of the source for a model of this size; that of the model unless told. */
  readonly sourceSize?: (size: Size, own: Readonly<Record<string, unknown>>) => Size;
  /** For edits whose source keeps its size, since all its bytes come back: what to take where the model has another. */
  readonly atOwnSize?: (
    at: { readonly model: DiffusionModel; readonly size: Size },
    own: Readonly<Record<string, unknown>>,
  ) => string;
  readonly prepare: (job: EditJob, own: Readonly<Record<string, unknown>>) => PreparedEdit | Promise<PreparedEdit>;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const defineEditKind = (kind: EditKind): EditKind => Object.freeze(kind);
