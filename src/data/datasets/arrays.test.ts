import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { floats, int64s } from '../../core/host-array.js';
import { writeNpy } from '../../files/npy.js';
import { finish } from '../dataset.js';
import { decodeIdx, encodeIdx, mnist } from './mnist.js';
import { npy } from './npy.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-arrays-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const idx = (shape: readonly number[], data: Uint8Array) => encodeIdx({ shape, data });

test('IDX files that are wrong are one sentence each', () => {
  const name = 'x-idx3';
  const good = idx([2, 3, 3], new Uint8Array(18));
  assert.deepEqual(decodeIdx(good, { rank: 3, name }).shape, [2, 3, 3]);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(0), 'x-idx3 is truncated: its header needs 16 bytes, got 0.'],
    [good.subarray(0, 20), 'x-idx3 is truncated: shape [2, 3, 3] needs 18 bytes, got 4.'],
    [Buffer.concat([good, good]), 'x-idx3 has bytes left over: shape [2, 3, 3] needs 18 bytes, got 52.'],
    [
      idx([20], new Uint8Array(20)),
      'x-idx3 is not an IDX file of bytes with 3 axes: it starts with 0x00000801, expected 0x00000803.',
    ],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => decodeIdx(bytes, { rank: 3, name }), { name: 'ToolkitError', code: 'bad-idx', message });
  }
});

test('MNIST directories: what is missing or does not fit is said', async () => {
  const place = join(dir, 'mnist');
  const load = (size?: number) => finish(mnist.load({ directory: place }, { size }));
  await assert.rejects(load(), { code: 'unknown-dataset', message: `mnist: there is no directory ${place}.` });
  await mkdir(place);
  await assert.rejects(load(), {
    message: `mnist: ${place} has no train-images-idx3-ubyte or t10k-images-idx3-ubyte, with or without .gz.`,
  });
  const pixels = Uint8Array.from({ length: 20 * 784 }, (_, i) => (i * 7) % 256);
  const digits = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
  await writeFile(join(place, 'train-images-idx3-ubyte.gz'), gzipSync(idx([20, 28, 28], pixels)));
  await writeFile(join(place, 'train-labels-idx1-ubyte.gz'), gzipSync(idx([20], digits)));
  await writeFile(join(place, 't10k-images-idx3-ubyte'), idx([10, 28, 28], pixels.subarray(0, 7840)));
  await writeFile(join(place, 't10k-labels-idx1-ubyte'), idx([10], digits.subarray(0, 10)));
  const data = await load(32);
  assert.deepEqual(
    [data.count, data.size, data.items[3]!.caption, data.items[25]!.split],
    [30, 32, 'a handwritten 3', 'test'],
  );
  const [plain, padded] = [(await load()).item(7).image, data.item(7).image];
  assert.deepEqual(padded.subarray(2 * 32 + 2, 2 * 32 + 30), plain.subarray(0, 28), 'centred');
  await assert.rejects(load(20), { message: 'mnist: size must be at least 28, the size of the images, got 20.' });
  await writeFile(join(place, 't10k-labels-idx1-ubyte'), idx([3], new Uint8Array(3)));
  await assert.rejects(load(), { message: `mnist: there are 10 t10k images and 3 t10k labels in ${place}.` });
  const packed = join(place, 'train-images-idx3-ubyte.gz');
  await writeFile(packed, gzipSync(Buffer.alloc(5000, 'abcdefg')).subarray(0, 30));
  await assert.rejects(load(), { message: `${packed} cannot be unpacked: unexpected end of file.` });
});

test('NumPy pictures in every layout and range give the same data', async () => {
  const bytes = Uint8Array.from({ length: 2 * 3 * 16 }, (_, i) => (i * 5) % 256); // [2, 3, 4, 4]
  const last = new Uint8Array(bytes.length);
  for (let n = 0; n < 2; n++) {
    for (let c = 0; c < 3; c++) for (let i = 0; i < 16; i++) last[(n * 16 + i) * 3 + c] = bytes[(n * 3 + c) * 16 + i]!;
  }
  const file = join(dir, 'x.npy');
  const load = (options = {}) => finish(npy.load({ file, ...options }));
  await writeNpy(file, { dtype: 'uint8', shape: [2, 3, 4, 4], data: bytes });
  const { images } = await load();
  assert.deepEqual(images, bytes);
  await writeNpy(file, { dtype: 'uint8', shape: [2, 4, 4, 3], data: last });
  assert.deepEqual((await load()).images, bytes);
  await writeNpy(
    file,
    floats(
      [2, 3, 4, 4],
      Float32Array.from(bytes, (v) => v / 127.5 - 1),
    ),
  );
  assert.deepEqual((await load()).images, bytes);
  await writeNpy(file, { dtype: 'float64', shape: [2, 3, 4, 4], data: Float64Array.from(bytes, (v) => v / 255) });
  assert.deepEqual((await load({ range: 'unit' })).images, bytes);
  await writeNpy(file, { dtype: 'uint8', shape: [6, 4, 4], data: bytes });
  await writeNpy(join(dir, 'y.npy'), int64s([6], [0, 1, 2, 2, 1, 0]));
  const grey = await load({ labels: join(dir, 'y.npy') });
  assert.deepEqual([grey.channels, grey.classes, grey.items[2]!.label], [1, ['0', '1', '2'], 2]);
});

test('NumPy files that do not fit are one sentence each', async () => {
  const file = join(dir, 'bad.npy');
  const load = (options = {}, size?: number) => finish(npy.load({ file, ...options }, { size }));
  const fails = (message: string) => ({ name: 'ToolkitError', message });
  await assert.rejects(load(), fails(`There is no file ${file}.`));
  await assert.rejects(finish(npy.load()), fails('npy: file must name a .npy file, got "".'));
  await writeNpy(file, floats([2, 5]));
  await assert.rejects(
    load(),
    fails(
      `npy: ${file} has shape [2, 5], expected square pictures [N, C, H, W], [N, H, W, C] or [N, H, W] with C 1, 3 or 4.`,
    ),
  );
  await writeNpy(file, floats([1, 4, 4], new Float32Array(16).fill(17)));
  await assert.rejects(
    load(),
    fails(`npy: ${file} has the value 17, outside [-1, 1] of range "signed". Ranges: signed, unit, byte.`),
  );
  await writeNpy(file, int64s([1, 4, 4], new Array(16).fill(0)));
  await assert.rejects(load(), fails(`npy: ${file} holds int64, expected uint8, float32 or float64.`));
  await writeNpy(file, floats([1, 4, 4]));
  await assert.rejects(
    load({}, 8),
    fails(`npy: the pictures in ${file} are 4 × 4, asked for 8. Leave the size out, or resize them.`),
  );
  const labels = join(dir, 'labels.npy');
  await writeNpy(labels, int64s([2], [0, 1]));
  await assert.rejects(
    load({ labels }),
    fails(`npy: ${labels} must hold 1 whole numbers ≥ 0, one per picture, got int64 of shape [2].`),
  );
});
