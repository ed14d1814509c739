import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { floats } from '../core/host-array.js';
import { gaussians, key } from '../core/random.js';
import { decodeNpy, encodeNpy, type NpyArray, readNpy, writeNpy } from './npy.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-npy-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const examples: readonly NpyArray[] = [
  floats([2, 3], gaussians(key(0), 6)),
  { dtype: 'float64', shape: [3], data: Float64Array.of(Math.PI, -0, Infinity) },
  { dtype: 'int64', shape: [2, 1], data: BigInt64Array.of(-1n, 2n ** 62n) },
  { dtype: 'int32', shape: [2], data: Int32Array.of(-5, 5) },
  { dtype: 'uint8', shape: [1, 1, 4], data: Uint8Array.of(0, 1, 254, 255) },
  { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) },
  { dtype: 'float32', shape: [], data: Float32Array.of(7) },
  { dtype: 'float32', shape: [0, 3], data: new Float32Array(0) },
];

for (const array of examples) {
  test(`${array.dtype} of shape [${array.shape}] comes back, and so do its bytes`, async () => {
    const path = join(dir, 'a.npy');
    await writeNpy(path, array);
    assert.deepEqual(await readNpy(path), array);
    const bytes = encodeNpy(array);
    assert.deepEqual(encodeNpy(decodeNpy(bytes)), bytes);
  });
}

test('the bytes are those of numpy.save', () => {
  const header = "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  const expected = Buffer.concat([
    Buffer.from(`${header.padEnd(127)}\n`, 'latin1'),
    Buffer.from(Float32Array.of(1, 2).buffer),
  ]);
  assert.deepEqual(Buffer.from(encodeNpy(floats([2], [1, 2]))), expected);
});

test('a slice of a larger array writes only itself', () => {
  const data = Float32Array.of(0, 1, 2, 3).subarray(1, 3);
  assert.deepEqual(decodeNpy(encodeNpy({ dtype: 'float32', shape: [2], data })).data, Float32Array.of(1, 2));
});

const bytes = encodeNpy(floats([2], [1, 2]));
const edited = (from: string, to: string, array: NpyArray = floats([2], [1, 2])): Uint8Array =>
  Buffer.from(Buffer.from(encodeNpy(array)).toString('latin1').replace(from, to.padEnd(from.length)), 'latin1');

const bad: readonly (readonly [string, Uint8Array, string])[] = [
  ['an empty file', new Uint8Array(0), 'x.npy is not a .npy file: it starts with nothing (the file is empty).'],
  ['a wrong magic', Buffer.from('PK\x03\x04....'), 'x.npy is not a .npy file: it starts with bytes 50 4b 03 04.'],
  ['an unknown format', edited('\x01\x00v', '\x09\x00v'), 'x.npy has .npy format 9; formats 1 to 3 are known.'],
  ['half a header', bytes.subarray(0, 40), 'x.npy is truncated: its header is incomplete.'],
  ['no numbers', bytes.subarray(0, 130), 'x.npy is truncated: shape [2] of float32 needs 8 bytes of numbers, got 2.'],
  [
    'numbers too many',
    Buffer.concat([bytes, Buffer.from('!')]),
    'x.npy has bytes left over: shape [2] of float32 needs 8 bytes of numbers, got 9.',
  ],
  [
    'a strange type',
    edited('<f4', '<c8'),
    'x.npy holds numbers of type "<c8"; known are <f4, <f8, <i8, <i4, |u1, |b1. Convert it with astype.',
  ],
  [
    'big-endian numbers',
    edited('<f4', '>f4'),
    'x.npy holds numbers of type ">f4"; known are <f4, <f8, <i8, <i4, |u1, |b1. Convert it with astype.',
  ],
  [
    'Fortran order',
    edited('False', 'True', floats([1, 2], [1, 2])),
    'x.npy is in Fortran order; C order is expected. Save it with numpy.ascontiguousarray.',
  ],
];

for (const [what, content, message] of bad) {
  test(`${what} is one clear error`, async () => {
    assert.throws(() => decodeNpy(content, 'x.npy'), { name: 'ToolkitError', code: 'bad-npy', message });
    const path = join(dir, 'bad.npy');
    await writeFile(path, content);
    await assert.rejects(readNpy(path), { message: message.replace('x.npy', path) });
  });
}

test('shape and data must agree', () => {
  assert.throws(() => encodeNpy({ dtype: 'uint8', shape: [3], data: Uint8Array.of(1) }), {
    message: 'encodeNpy: shape [3] needs 3 values, got 1.',
  });
});
