import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { floats, type HostArray, int64s } from '../../core/index.js';
import { fromBF16, fromF16, toBF16, toF16 } from './half.js';
import {
  readSafetensors,
  readSafetensorsHeader,
  type StorageType,
  type TensorMap,
  writeSafetensors,
} from './safetensors.js';

/** A file with any header text and any number of bytes behind it. */
function file(header: unknown, size = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + size);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  return out;
}
const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});
const refuses = (bytes: Uint8Array, message: string): void =>
  assert.throws(() => readSafetensors(bytes, { name: 'a.safetensors' }), {
    code: 'bad-safetensors',
    message: `a.safetensors: ${message}`,
  });

suite('a file that is not as it should be gives one clear error', () => {
  test('truncated before the header', () =>
    refuses(new Uint8Array(3), 'the file is truncated: expected 8 bytes of header length, got 3 bytes.'));
  test('oversized header', () => {
    const bytes = file({});
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 60n, true);
    refuses(
      bytes,
      'the header claims 1152921504606847000 bytes, more than the limit of 100000000. This is not a safetensors file.',
    );
  });
  test('truncated inside the header', () =>
    refuses(
      file({ a: entry(0, 8) }).subarray(0, 20),
      'the file is truncated: the header ends at byte 62, the file at 20.',
    ));
  test('not JSON', () =>
    refuses(file('{"a":'), 'the header is not JSON. This is not a safetensors file, or it is damaged.'));
  test('not UTF-8', () => {
    const bytes = file('{"a":1}');
    bytes[10] = 0xff;
    refuses(bytes, 'the header is not JSON. This is not a safetensors file, or it is damaged.');
  });
  test('not an object', () => refuses(file('[1]'), 'the header must be a JSON object, got [1].'));
  test('duplicate names', () =>
    refuses(
      file(`{"a": ${JSON.stringify(entry(0, 4))}, "\\u0061": ${JSON.stringify(entry(4, 8))}}`, 8),
      'the header names "a" twice.',
    ));
  test('metadata that is not text', () =>
    refuses(file({ __metadata__: { format: 1 } }), '__metadata__ must map names to texts, got {"format":1}.'));
  test('an entry without its parts', () =>
    refuses(file({ a: { dtype: 'F32' } }), '"a" must have dtype, shape and data_offsets, got {"dtype":"F32"}.'));
  test('an entry that is null', () =>
    refuses(file({ a: null }), '"a" must have dtype, shape and data_offsets, got null.'));
  test('negative offsets', () =>
    refuses(
      file({ a: { ...entry(0, 4), data_offsets: [-4, 0] } }),
      '"a" must have dtype, shape and data_offsets, got {"dtype":"F32","shape":[1],"data_offsets":[-4,0]}.',
    ));
  test('an element type that cannot be read', () =>
    refuses(
      file({ a: entry(0, 1, [1], 'F8_E4M3') }, 1),
      '"a" is stored as F8_E4M3; only F32, F16, BF16, I64 can be read. Convert the file.',
    ));
  test('a size that does not fit the shape', () =>
    refuses(file({ a: entry(0, 8, [3]) }, 8), '"a" is F32[3] and needs 12 bytes, got data_offsets [0, 8].'));
  test('out of range', () =>
    refuses(
      file({ a: entry(0, 8) }, 4),
      '"a" ends at byte 8 of 4 bytes of numbers. The file is truncated or damaged.',
    ));
  test('overlap', () => refuses(file({ b: entry(4, 12), a: entry(0, 8) }, 12), '"a" and "b" overlap at byte 4.'));
  test('a hole', () =>
    refuses(file({ a: entry(0, 4), b: entry(8, 12) }, 12), 'bytes 4 to 8 before "b" belong to no tensor.'));
  test('a tensor far beyond the file, before what it left is', () =>
    refuses(
      file({ a: entry(400, 404), b: entry(4, 8) }, 8),
      '"a" ends at byte 404 of 8 bytes of numbers. The file is truncated or damaged.',
    ));
  test('left-over bytes', () => refuses(file({ a: entry(0, 4) }, 7), 'the last 3 bytes belong to no tensor.'));

  test('nesting without end', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    refuses(file(`{"a":${nested(100_000)}}`), '"a" must have dtype, shape and data_offsets, got [[[[[…]]]]].');
    refuses(
      file(`{"a":{"dtype":"F32","shape":${nested(100_000)},"data_offsets":[0,4]}}`, 4),
      '"a" must have dtype, shape and data_offsets, got {…}.',
    );
    refuses(file(`{"__metadata__":{"a":${nested(100_000)}}}`), '__metadata__ must map names to texts, got {…}.');
  });
  test('a name of any length is told by its beginning', () =>
    refuses(
      file({ ['x'.repeat(2e7)]: { dtype: 'F32' } }), // more than a pattern's stack holds
      `"${'x'.repeat(199)}…" must have dtype, shape and data_offsets, got {"dtype":"F32"}.`,
    ));
  test('whatever the bytes, the error is ours', () => {
    const valid = writeSafetensors(new Map([['a', floats([2], [1, 2])]]));
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length), (at, value, length) => {
        const bytes = valid.slice(0, Math.max(length, at + 1));
        bytes[at] = value;
        try {
          readSafetensors(bytes);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'bad-safetensors', String(error));
        }
      }),
    );
  });
});

suite('writing', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z_.0-9ü"\\]{1,8}$/), { maxLength: 5 });
  const arrays = fc.oneof(
    fc.float32Array({ maxLength: 6 }).map((data) => floats([data.length], data)),
    fc.bigInt64Array({ maxLength: 3 }).map((data) => int64s([data.length], data)),
  );
  const maps = names.chain((list) =>
    fc.tuple(...list.map(() => arrays)).map((values): TensorMap => new Map(list.map((name, i) => [name, values[i]!]))),
  );

  test('what is written is read back', () => {
    fc.assert(
      fc.property(maps, (tensors) => {
        const { tensors: back, metadata } = readSafetensors(writeSafetensors(tensors));
        assert.deepEqual(Object.fromEntries(back), Object.fromEntries(tensors));
        assert.deepEqual(metadata, { format: 'pt' });
      }),
    );
  });

  test('equal contents give equal bytes, in any order of insertion', () => {
    fc.assert(
      fc.property(maps, (tensors) => {
        assert.deepEqual(
          writeSafetensors(new Map<string, HostArray>([...tensors].reverse())),
          writeSafetensors(tensors),
        );
      }),
    );
  });

  for (const dtype of ['F32', 'F16', 'BF16'] as const) {
    test(`a file of ${dtype} comes back byte for byte`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (numbers) => {
          const count = dtype === 'F32' ? 4 : 8;
          const start = writeSafetensors(new Map([['a', floats([count])]]), { dtype });
          start.set(numbers, start.length - 16);
          assert.deepEqual(writeSafetensors(readSafetensors(start).tensors, { dtype }), start);
        }),
      );
    });
  }

  test('types can be chosen by name, and are told when reading', () => {
    const tensors: TensorMap = new Map<string, HostArray>([
      ['a', floats([1], [1.5])],
      ['b', floats([2], [-2, 0.25])],
      ['n', int64s([1], [7])],
    ]);
    const dtype = (name: string): StorageType => (name === 'a' ? 'F16' : 'F32');
    const bytes = writeSafetensors(tensors, { dtype });
    assert.deepEqual([...readSafetensors(bytes).tensors.keys()], ['n', 'b', 'a']);
    assert.deepEqual(Object.fromEntries(readSafetensors(bytes).types), { n: 'I64', b: 'F32', a: 'F16' });
    assert.equal(readSafetensorsHeader(bytes).dataStart % 8, 0);
  });

  test('the header alone can be read, given the size of the file', () => {
    const bytes = writeSafetensors(new Map([['a', floats([3])]]));
    const { dataStart } = readSafetensorsHeader(bytes);
    const { tensors } = readSafetensorsHeader(bytes.subarray(0, dataStart), { fileSize: bytes.length });
    assert.deepEqual(tensors.get('a'), { dtype: 'F32', shape: [3], span: [0, 12] });
  });

  test('bytes that are not aligned are copied', () => {
    const bytes = writeSafetensors(new Map([['a', floats([2], [1, 2])]]));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    assert.deepEqual(readSafetensors(shifted.subarray(1)).tensors.get('a'), floats([2], [1, 2]));
  });

  test('a header of any length is valid, also in a Buffer', () => {
    for (const pad of ['', ' ', '  ', '   ']) {
      const bytes = file(JSON.stringify({ a: entry(0, 8) }) + pad, 8);
      bytes.set(new Uint8Array(new Float32Array([1, 2]).buffer), bytes.length - 8);
      assert.deepEqual(readSafetensors(Buffer.from(bytes)).tensors.get('a'), floats([2], [1, 2]));
    }
  });

  test('numbers that a type cannot hold are refused', () => {
    assert.throws(() => writeSafetensors(new Map([['w', floats([1], [1e6])]]), { dtype: 'F16' }), {
      message: 'writeSafetensors: "w" holds 1000000, too large for F16. Store it as F32 or BF16.',
    });
    assert.throws(() => writeSafetensors(new Map([['w', floats([1])]]), { dtype: 'I64' }), {
      message: 'writeSafetensors: "w" is float32 and cannot be stored as I64.',
    });
  });

  const reference = new URL(
    '../../../../shared/reference/unet/attn/diffusion_pytorch_model.safetensors',
    import.meta.url,
  );
  test('a checkpoint of diffusers comes back byte for byte', {
    skip: existsSync(reference) ? false : 'the reference checkpoint is not here',
  }, () => {
    const bytes = new Uint8Array(readFileSync(reference));
    assert.deepEqual(writeSafetensors(readSafetensors(bytes).tensors), bytes);
  });
});

suite('half precision', () => {
  test('known values', () => {
    const f16 = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555, 0x7c00];
    assert.deepEqual([...fromF16(Uint16Array.from(f16))], [1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125, Infinity]);
    assert.deepEqual([...fromBF16(Uint16Array.of(0x3f80, 0xc000, 0x3eab))], [1, -2, 0.333984375]);
  });

  test('to the nearest, ties to even', () => {
    const f16 = (...values: number[]) => [...fromF16(toF16(Float32Array.from(values)))];
    assert.deepEqual(f16(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520), [1, 1 + 2 ** -9, 65504, Infinity]);
    assert.deepEqual(f16(2 ** -25, 3 * 2 ** -25, 2 ** -26), [0, 2 ** -23, 0]);
    const bf16 = (...values: number[]) => [...fromBF16(toBF16(Float32Array.from(values)))];
    assert.deepEqual(bf16(1 + 2 ** -8, 1 + 3 * 2 ** -8), [1, 1 + 2 ** -6]);
    assert.ok([...f16(Number.NaN), ...bf16(Number.NaN)].every(Number.isNaN));
  });

  test('every half survives', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    assert.deepEqual(toF16(fromF16(all)), all);
    assert.deepEqual(toBF16(fromBF16(all)), all);
  });
});
