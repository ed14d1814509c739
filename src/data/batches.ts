import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray, sizeOf } from '../core/host-array.js';
import { fold, type Key, permutation } from '../core/random.js';
import { type DataSet, type Item, splitIndices } from './dataset.js';
import type { Split } from './split.js';

/** Some pictures, ready for the network. */
export interface Batch {
  /** [B, C, H, W], or [B, 2] for points, in [−1, 1]. */
  readonly x: HostArray<'float32'>;
  /** One label a picture, −1 for none. */
  readonly labels: Int32Array;
  /** Where in the data set each picture stands. */
  readonly indices: Int32Array;
  readonly items: readonly Item[];
}

/** The samples of `data` at `indices`, as they are: x = v/127.5 − 1 of bytes, x of numbers. */
export function gather(data: DataSet, indices: ArrayLike<number>): Batch {
  const { shape, images } = data;
  const stride = sizeOf(shape);
  const x = new Float32Array(indices.length * stride);
  const items = Array.from(indices, (index, row) => {
    const { image, ...item } = data.item(index);
    if (images instanceof Float32Array) x.set(image, row * stride);
    else for (let i = 0; i < stride; i++) x[row * stride + i] = image[i]! / 127.5 - 1;
    return item;
  });
  return {
    x: floats([indices.length, ...shape], x),
    labels: Int32Array.from(items, ({ label }) => label),
    indices: Int32Array.from(indices),
    items,
  };
}

export interface BatchesOptions {
  readonly data: DataSet;
  readonly split?: Split | 'all';
  readonly key: Key;
  readonly batchSize: number;
  /**
   * How far rare classes are brought up: a picture of a class of n stands (largest/n)^balance times in an epoch, rounded.
   * 0 leaves every picture once, 1 makes classes about equally frequent.
   */
  readonly balance?: number;
  /** Leaves out the pictures it is false of. */
  readonly only?: (item: Item) => boolean;
}

/**
 * An endless order of pictures: every epoch is its own permutation, epoch e drawn from `fold(key, 'epoch', e)`. The
 * place in it is one whole number, the count of pictures taken so far, so that a run continues from any place exactly
 * as if it had never stopped. `at(position)` is a pure function; batches run across the ends of epochs.
 */
export function batches({ data, split = 'train', key, batchSize, balance = 0, only = () => true }: BatchesOptions) {
  const wanted = splitIndices(data, split).filter((i) => only(data.items[i]!));
  const pool = balanced(data, wanted, balance);
  if (pool.length === 0) {
    throw new ToolkitError(
      'empty-data',
      `${data.name}: none of its ${data.count} pictures is in the ${split} split. Take another split, or more data.`,
    );
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new ToolkitError('bad-option', `batches: batchSize must be an integer ≥ 1, got ${show(batchSize)}.`);
  }
  let last = { epoch: -1, order: pool }; // the permutation drawn last, for speed alone
  const orderOf = (epoch: number): Int32Array => {
    if (last.epoch !== epoch) last = { epoch, order: permutation(fold(key, 'epoch', epoch), pool.length) };
    return last.order;
  };
  return {
    /** Pictures in one epoch. */
    epochSize: pool.length,
    /** The batch that starts after `position` pictures. The next one starts at `position + batchSize`. */
    at(position: number): Batch {
      if (!(Number.isSafeInteger(position) && position >= 0)) {
        throw new ToolkitError('bad-option', `batches: position must be an integer ≥ 0, got ${show(position)}.`);
      }
      const indices = Int32Array.from({ length: batchSize }, (_, i) => {
        const place = position + i;
        return pool[orderOf(Math.floor(place / pool.length))[place % pool.length]!]!;
      });
      return gather(data, indices);
    },
  };
}

/** The positions, those of rare classes repeated. Pictures without a class stand once. */
function balanced(data: DataSet, indices: Int32Array, balance: number): Int32Array {
  if (balance === 0) return indices;
  const labelOf = (i: number): number => data.items[i]!.label;
  const counts = new Map<number, number>();
  for (const i of indices) counts.set(labelOf(i), (counts.get(labelOf(i)) ?? 0) + 1);
  const largest = Math.max(...counts.values());
  const times = (i: number): number =>
    labelOf(i) < 0 ? 1 : Math.round((largest / counts.get(labelOf(i))!) ** balance);
  return Int32Array.from(Array.from(indices).flatMap((i) => Array<number>(times(i)).fill(i)));
}
