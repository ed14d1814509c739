import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { ToolkitError } from '../../core/errors.js';
import { text } from '../../core/options.js';
import { readError } from '../../files/errors.js';
import { readBytes } from '../../files/read-bytes.js';
import { checkedSize, dataSet, defineDataset, type Item } from '../dataset.js';
import { splitOf } from '../split.js';

/**
 * Handwritten digits, or anything else in MNIST's four IDX files, gzipped or not: white on black, one channel,
 * 28 × 28 or centred in a larger square. The `t10k` files are the test split; a part of the training files is val.
 * LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition".
 */
export const mnist = defineDataset({
  name: 'mnist',
  summary: "Handwritten digits from MNIST's IDX files, plain or gzipped.",
  usage: 'mnist:DIR',
  argument: 'directory',
  options: {
    directory: text({ default: '.', placeholder: 'DIR', help: 'Where the four IDX files are.' }),
    license: text({
      default: 'CC-BY-SA-3.0',
      placeholder: 'SPDX',
      help: 'Licence, for look-alikes such as Fashion-MNIST.',
    }),
  },
  async *load({ directory, license }, context) {
    const names = await readdir(directory).catch((error) => {
      if (error.code === 'ENOENT')
        throw new ToolkitError('unknown-dataset', `mnist: there is no directory ${directory}.`);
      throw readError(directory, error);
    });
    const parts = (['train', 't10k'] as const).flatMap((part) => {
      const images = names.find((name) => pattern(part, 'images').test(name));
      const labels = names.find((name) => pattern(part, 'labels').test(name));
      return images ? [{ part, images: join(directory, images), labels: labels && join(directory, labels) }] : [];
    });
    if (parts.length === 0) {
      throw new ToolkitError(
        'not-found',
        `mnist: ${directory} has no train-images-idx3-ubyte or t10k-images-idx3-ubyte, with or without .gz.`,
      );
    }
    const what = `Reading ${directory}`;
    const loaded: Loaded[] = [];
    for (const { part, images, labels } of parts) {
      yield { what, done: loaded.length, total: parts.length };
      context.signal?.throwIfAborted();
      loaded.push({ part, images: await readIdx(images, 3), labels: labels ? await readIdx(labels, 1) : null });
    }
    yield { what, done: parts.length, total: parts.length };
    for (const { part, images, labels } of loaded) {
      if (labels === null || labels.shape[0] === images.shape[0]) continue;
      throw new ToolkitError(
        'bad-idx',
        `mnist: there are ${images.shape[0]} ${part} images and ${labels.shape[0]} ${part} labels in ${directory}.`,
      );
    }
    const [, height = 0, width = 0] = loaded[0]!.images.shape;
    const size = checkedSize('mnist', context, Math.max(height, width));
    if (size < Math.max(height, width)) {
      throw new ToolkitError(
        'bad-option',
        `mnist: size must be at least ${Math.max(height, width)}, the size of the images, got ${size}.`,
      );
    }
    const labelled = loaded.some(({ labels }) => labels !== null);
    const most = Math.max(9, ...loaded.map(({ labels }) => labels?.data.reduce((a, b) => Math.max(a, b), 0) ?? 0));
    return dataSet({
      name: `mnist:${directory}`,
      sources: [
        { name: 'MNIST', author: 'Yann LeCun, Corinna Cortes', license, url: 'http://yann.lecun.com/exdb/mnist/' },
      ],
      size,
      channels: 1,
      classes: labelled ? Array.from({ length: most + 1 }, (_, digit) => String(digit)) : null,
      images: Buffer.concat(loaded.map(({ images }) => centred(images, size))),
      items: loaded.flatMap(itemsOf),
      skipped: [],
    });
  },
});

interface Loaded {
  readonly part: 'train' | 't10k';
  readonly images: Idx;
  readonly labels: Idx | null;
}

const pattern = (part: string, what: 'images' | 'labels'): RegExp =>
  new RegExp(`^${part}-${what}[-.]idx${what === 'images' ? 3 : 1}-ubyte(\\.gz)?$`);

function itemsOf({ part, images, labels }: Loaded): readonly Item[] {
  return Array.from({ length: images.shape[0]! }, (_, i): Item => {
    const name = `${part}/${i}`;
    const digit = labels?.data[i];
    const side = splitOf(`mnist ${name}`);
    return {
      name,
      label: digit ?? -1,
      caption: digit === undefined ? 'a handwritten digit' : `a handwritten ${digit}`,
      attributes: [],
      // The training files have no test side of their own: what falls there is val as well.
      split: part === 't10k' ? 'test' : side === 'train' ? 'train' : 'val',
      mirrorable: false,
    };
  });
}

/** [N, H, W] in the middle of black squares. */
function centred({ shape, data }: Idx, size: number): Uint8Array {
  const [count = 0, height = 0, width = 0] = shape;
  if (height === size && width === size) return data;
  const [top, left] = [Math.floor((size - height) / 2), Math.floor((size - width) / 2)];
  const out = new Uint8Array(count * size * size);
  for (let row = 0; row < count * height; row++) {
    const [i, y] = [Math.floor(row / height), row % height];
    out.set(data.subarray(row * width, (row + 1) * width), (i * size + top + y) * size + left);
  }
  return out;
}

/** Bytes with a shape, as an IDX file holds them. */
export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Reads an IDX file of unsigned bytes with `rank` axes; one that begins like gzip is unpacked first. */
async function readIdx(path: string, rank: number): Promise<Idx> {
  const file = await readBytes(path);
  const packed = file[0] === 0x1f && file[1] === 0x8b;
  const bytes = packed
    ? await promisify(gunzip)(file).catch((error) => fail(path, `cannot be unpacked: ${error.message}`))
    : file;
  return decodeIdx(bytes, { rank, name: path });
}

/** The array in IDX bytes: 0, 0, type 8 (unsigned byte), rank, one big-endian length per axis, then the bytes. */
export function decodeIdx(bytes: Uint8Array, { rank, name }: { readonly rank: number; readonly name: string }): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = 4 + 4 * rank;
  if (bytes.length < header) return fail(name, `is truncated: its header needs ${header} bytes, got ${bytes.length}`);
  const expected = 0x800 + rank;
  const magic = view.getUint32(0);
  if (magic !== expected) {
    const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
    return fail(
      name,
      `is not an IDX file of bytes with ${rank} axes: it starts with ${hex(magic)}, expected ${hex(expected)}`,
    );
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, n) => product * n, 1);
  const got = bytes.length - header;
  if (got !== size) {
    const state = got < size ? 'is truncated' : 'has bytes left over';
    return fail(name, `${state}: shape [${shape.join(', ')}] needs ${size} bytes, got ${got}`);
  }
  return { shape, data: bytes.subarray(header) };
}

/** The bytes of an IDX file: the inverse of `decodeIdx`. */
export function encodeIdx({ shape, data }: Idx): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

function fail(name: string, what: string): never {
  throw new ToolkitError('bad-idx', `${name} ${what}.`);
}
