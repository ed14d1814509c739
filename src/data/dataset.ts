import { show, ToolkitError } from '../core/errors.js';
import { type Shape, sizeOf } from '../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Split } from './split.js';

/** Where data comes from and under which terms: goes into every model card. */
export interface Source {
  readonly name: string;
  readonly author: string;
  /** SPDX identifier, or "unknown" where nobody said. */
  readonly license: string;
  readonly url: string | null;
}

/** All that is known of one picture apart from its pixels. */
export interface Item {
  /** What it shows, the same for the same thing drawn in another style. */
  readonly name: string;
  /** Index into the classes, or −1 for none. */
  readonly label: number;
  readonly caption: string;
  /** What can be asked or edited, as `kind:value`: `tone:dark`, `who:woman`, `face:winking`. */
  readonly attributes: readonly string[];
  /**
   * Kinds that can be told of this picture: of these, what `attributes` does not name is not there, and of other kinds
   * nothing is known. The kinds that `attributes` names unless told.
   */
  readonly kinds?: readonly string[];
  readonly split: Split;
  /** Whether the mirror image still shows what the name says; false for letters, flags, arrows. */
  readonly mirrorable: boolean;
}

/** Something that was there and could not be used. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Square pictures, or points, in memory, with everything known about them: a value, the same whenever it is loaded. */
export interface DataSet {
  /** As it was asked for: `emoji:faces`. */
  readonly name: string;
  readonly sources: readonly Source[];
  readonly count: number;
  /** Side of the pictures in pixels; 1 for points. */
  readonly size: number;
  /** 1 grey, 3 RGB, 4 RGBA; 2 for points in the plane. */
  readonly channels: number;
  /** Of one sample: [C, H, W] of a picture, [2] of a point. */
  readonly shape: Shape;
  /** Names of the classes, or null when there are none. */
  readonly classes: readonly string[] | null;
  /** All pictures as bytes, [N, C, H, W]; a byte v stands for x = v/127.5 − 1. Points are float32 x themselves, [N, 2]. */
  readonly images: Uint8Array | Float32Array;
  readonly items: readonly Item[];
  readonly skipped: readonly Skipped[];
  /** Picture `i`: what is known of it and its bytes [C, H, W], shared with `images`. */
  item(i: number): Item & { readonly image: Uint8Array | Float32Array };
}

/** What a data set is made of; the shape is [channels, size, size] unless it is that of a point. */
export type DataSetParts = Omit<DataSet, 'count' | 'item' | 'shape'> & { readonly shape?: Shape };

/** A data set, checked: as many bytes as pictures, labels that exist, at least one picture. */
export function dataSet(parts: DataSetParts): DataSet {
  const { name, size, channels, classes, images, items } = parts;
  const shape = parts.shape?.length === 1 ? parts.shape : [channels, size, size];
  const stride = sizeOf(shape);
  if (items.length === 0) throw new ToolkitError('empty-data', `${name}: there is no picture in it.`);
  if (images.length !== items.length * stride) {
    throw new ToolkitError(
      'shape-mismatch',
      `${name}: ${items.length} pictures of ${shape.join(' × ')} need ${items.length * stride} bytes, ` +
        `got ${images.length}.`,
    );
  }
  const stray = items.find(({ label }) => label < -1 || label >= (classes?.length ?? 0));
  if (stray) {
    throw new ToolkitError(
      'bad-label',
      `${name}: "${stray.name}" has label ${stray.label}, and there are ${classes?.length ?? 0} classes.`,
    );
  }
  const item = (i: number) => {
    const known = items[i];
    if (!known) {
      throw new ToolkitError('bad-index', `${name} has pictures 0 to ${items.length - 1}, asked for ${show(i)}.`);
    }
    return { ...known, image: images.subarray(i * stride, (i + 1) * stride) };
  };
  return Object.freeze({ ...parts, shape, count: items.length, item });
}

/** Whether the samples are points instead of pictures. */
export const isPoints = ({ shape }: Pick<DataSet, 'shape'>): boolean => shape.length === 1;

/** Positions of the pictures on one side of a data set, in order. May be empty where there are few. */
export const splitIndices = (data: DataSet, split: Split | 'all'): Int32Array =>
  Int32Array.from(data.items.keys()).filter((i) => split === 'all' || data.items[i]!.split === split);

/** Labels of which there is at least one picture, in order: a filtered set keeps the numbers of the whole. */
export const presentLabels = (data: DataSet): readonly number[] =>
  [...new Set(data.items.map(({ label }) => label))].filter((label) => label >= 0).sort((a, b) => a - b);

/** What loading yields while it goes on. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  /** Something the user should know that does not stop the work. */
  readonly note?: string;
}

/** What every data set takes beside its own options. */
export interface LoadContext {
  /** Side of the pictures in pixels; by default what suits the data set. */
  readonly size?: number | undefined;
  /** Where drawn pictures are kept; by default `defaultCacheDir()`. */
  readonly cacheDir?: string | undefined;
  /** Stops loading: the generator throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface DatasetDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly summary: string;
  /** How it is asked for on the command line. */
  readonly usage: string;
  /** The option that the text behind the colon of `name:text` sets. */
  readonly argument: keyof S & string;
  readonly options: S;
  load(options: Resolved<S>, context: LoadContext): AsyncGenerator<Progress, DataSet>;
}

/** A data set that can be loaded by name. Loading yields progress and returns the data. */
export interface Dataset<S extends OptionSpecs = OptionSpecs> extends Omit<DatasetDefinition<S>, 'load'> {
  load(options?: Partial<Resolved<S>>, context?: LoadContext): AsyncGenerator<Progress, DataSet>;
}

export function defineDataset<const S extends OptionSpecs>(definition: DatasetDefinition<S>): Dataset<S> {
  return Object.freeze({
    ...definition,
    load: (given: Partial<Resolved<S>> = {}, context: LoadContext = {}) =>
      definition.load(resolve(definition.name, definition.options, given), context),
  });
}

export { finish } from '../core/finish.js';

/** The asked side, or the usual one; refuses what no picture can have. */
export function checkedSize(owner: string, { size }: LoadContext, usual: number): number {
  const side = size ?? usual;
  if (Number.isInteger(side) && side >= 4 && side <= 1024) return side;
  throw new ToolkitError('bad-option', `${owner}: size must be an integer in [4, 1024], got ${show(side)}.`);
}
