import { show, ToolkitError } from '../core/errors.js';
import { sizeOf } from '../core/host-array.js';
import { writeFileAtomic } from './atomic.js';
import { firstBytes } from './png.js';
import { readBytes } from './read-bytes.js';

/** Element types of .npy files that Langevin reads and writes, by numpy's code; all little-endian. */
interface NpyDataOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
}

export type NpyDType = keyof NpyDataOf;

/** Numbers in row-major order as a .npy file holds them. Every `HostArray` is one. */
export interface NpyArray<D extends NpyDType = NpyDType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: NpyDataOf[D];
}

const codes: Readonly<Record<NpyDType, string>> = {
  float32: '<f4',
  float64: '<f8',
  int64: '<i8',
  int32: '<i4',
  uint8: '|u1',
  bool: '|b1',
};

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** An array as .npy bytes, format 1.0, exactly as numpy.save writes them. */
export function encodeNpy({ dtype, shape, data }: NpyArray): Uint8Array {
  if (data.length !== sizeOf(shape)) {
    throw new ToolkitError(
      'shape-mismatch',
      `encodeNpy: shape ${show(shape)} needs ${sizeOf(shape)} values, got ${data.length}.`,
    );
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${codes[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Padded with spaces so that the numbers start at a multiple of 64 bytes; the last byte is a newline.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + data.byteLength);
  bytes.set([...magic, 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}

/** The array in .npy bytes. `name` is what errors call the file. */
export function decodeNpy(bytes: Uint8Array, name = 'The file'): NpyArray {
  const fail = (what: string): never => {
    throw new ToolkitError('bad-npy', `${name} ${what}.`);
  };
  if (magic.some((byte, i) => bytes[i] !== byte)) fail(`is not a .npy file: it starts with ${firstBytes(bytes)}`);
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3) fail(`has .npy format ${version}; formats 1 to 3 are known`);
  const wide = version === 1 ? 2 : 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 + wide) fail('is truncated: its header is incomplete');
  const start = 8 + wide + (wide === 2 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < start) fail('is truncated: its header is incomplete');
  const header = new TextDecoder().decode(bytes.subarray(8 + wide, start));

  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const tuple = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (descr === undefined || fortran === undefined || tuple === undefined) {
    return fail(`has a header that cannot be read: ${show(header.trim())}`);
  }
  const dtype = (Object.keys(codes) as NpyDType[]).find((key) => codes[key].slice(1) === descr.slice(1));
  if (!dtype || (descr.startsWith('>') && arrays[dtype].BYTES_PER_ELEMENT > 1)) {
    return fail(
      `holds numbers of type ${show(descr)}; known are ${Object.values(codes).join(', ')}. Convert it with astype`,
    );
  }
  const shape = tuple.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  if (fortran === 'True' && shape.length > 1) {
    fail('is in Fortran order; C order is expected. Save it with numpy.ascontiguousarray');
  }
  const ArrayType = arrays[dtype];
  const need = sizeOf(shape) * ArrayType.BYTES_PER_ELEMENT;
  if (bytes.length - start !== need) {
    const state = bytes.length - start < need ? 'is truncated' : 'has bytes left over';
    fail(`${state}: shape ${show(shape)} of ${dtype} needs ${need} bytes of numbers, got ${bytes.length - start}`);
  }
  // A copy, because the numbers must start at a multiple of their size.
  return { dtype, shape, data: new ArrayType(Uint8Array.from(bytes.subarray(start)).buffer) };
}

/** Writes a .npy file, whole or not at all. */
export const writeNpy = (path: string, array: NpyArray): Promise<void> => writeFileAtomic(path, encodeNpy(array));

/** Reads a .npy file. */
export async function readNpy(path: string): Promise<NpyArray> {
  const bytes = await readBytes(path);
  return decodeNpy(bytes, path);
}
