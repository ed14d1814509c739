import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { integers, key } from '../../core/random.js';

/** IDX bytes: 0, 0, 8, rank, the lengths, the data. */
export function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length, 0);
  for (const [axis, length] of shape.entries()) header.writeUInt32BE(length, 4 + 4 * axis);
  return Buffer.concat([header, data]);
}

/** A small MNIST in a directory: the training files gzipped, the test files plain. */
export async function writeMnist(
  directory: string,
  counts: { readonly train: number; readonly t10k: number },
): Promise<void> {
  for (const [part, count] of Object.entries(counts)) {
    const pack = part === 'train' ? gzipSync : (bytes: Buffer) => bytes;
    const end = part === 'train' ? '.gz' : '';
    const pixels = Uint8Array.from(integers(key(count), count * 784, 256));
    const digits = Uint8Array.from({ length: count }, (_, i) => i % 10);
    await writeFile(join(directory, `${part}-images-idx3-ubyte${end}`), pack(idx([count, 28, 28], pixels)));
    await writeFile(join(directory, `${part}-labels-idx1-ubyte${end}`), pack(idx([count], digits)));
  }
}
