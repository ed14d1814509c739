import { show, ToolkitError } from '../../core/errors.js';
import { type HostArray, type Shape, sizeOf } from '../../core/host-array.js';
import { fromBF16, fromF16, toBF16, toF16 } from './half.js';
import { duplicateKey } from './json-keys.js';

/** Element types that are read and written, with their size in bytes. In memory the 16-bit ones are float32. */
export const storageTypes = { F32: 4, F16: 2, BF16: 2, I64: 8 } as const;
export type StorageType = keyof typeof storageTypes;

/** Where a tensor lies in a file, without its numbers. */
export interface StoredTensor {
  readonly dtype: StorageType;
  readonly shape: Shape;
  /** First byte and one past the last, counted from `dataStart`. */
  readonly span: readonly [from: number, to: number];
}

export interface SafetensorsHeader {
  /** In the order of the header. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the numbers begin in the file. */
  readonly dataStart: number;
}

/** Arrays by name: float32 and int64 ones. */
export type TensorMap = ReadonlyMap<string, HostArray>;

/** The format's own limit on the header, in bytes. */
const headerLimit = 100_000_000;

/**
 * The checked header of a safetensors file: names, types, shapes and places. Only the beginning of the file is needed
 * when its whole size is given. Format: github.com/huggingface/safetensors, README.
 */
export function readSafetensorsHeader(
  bytes: Uint8Array,
  { name = 'safetensors', fileSize = bytes.length }: { readonly name?: string; readonly fileSize?: number } = {},
): SafetensorsHeader {
  const fail = (what: string): never => {
    throw new ToolkitError('bad-safetensors', `${name}: ${what}`);
  };
  if (bytes.length < 8) fail(`the file is truncated: expected 8 bytes of header length, got ${bytes.length} bytes.`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > headerLimit) {
    fail(`the header claims ${length} bytes, more than the limit of ${headerLimit}. This is not a safetensors file.`);
  }
  if (8 + length > fileSize) {
    fail(`the file is truncated: the header ends at byte ${8 + length}, the file at ${fileSize}.`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + length), fail);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') metadata = checkMetadata(value, fail);
    else tensors.set(key, checkEntry(key, value, fail));
  }
  checkLayout(tensors, fileSize - 8 - length, fail);
  return { tensors, metadata, dataStart: 8 + length };
}

/** A whole safetensors file: arrays by name in the order of the header, how each was stored, and the metadata. */
export interface Safetensors {
  readonly tensors: TensorMap;
  readonly types: ReadonlyMap<string, StorageType>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads a whole file. F32 and I64 arrays share memory with `bytes` where alignment allows. */
export function readSafetensors(bytes: Uint8Array, { name = 'safetensors' } = {}): Safetensors {
  const { tensors: stored, metadata, dataStart } = readSafetensorsHeader(bytes, { name });
  const tensors = new Map<string, HostArray>();
  const types = new Map<string, StorageType>();
  for (const [key, { dtype, shape, span }] of stored) {
    const raw = bytes.subarray(dataStart + span[0], dataStart + span[1]);
    types.set(key, dtype);
    if (dtype === 'I64') tensors.set(key, { dtype: 'int64', shape, data: view(BigInt64Array, raw) });
    else tensors.set(key, { dtype: 'float32', shape, data: decode(dtype, raw) });
  }
  return { tensors, types, metadata };
}

export interface WriteSafetensorsOptions {
  /** How float32 arrays are stored: one type for all, or one by name. */
  readonly dtype?: StorageType | ((name: string) => StorageType);
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A safetensors file. Equal contents give equal bytes: types of larger elements first, then by name. */
export function writeSafetensors(tensors: TensorMap, options: WriteSafetensorsOptions = {}): Uint8Array<ArrayBuffer> {
  const { dtype = 'F32', metadata = { format: 'pt' } } = options;
  const typeOf = (name: string): StorageType =>
    tensors.get(name)!.dtype === 'int64' ? 'I64' : typeof dtype === 'string' ? dtype : dtype(name);
  const entries = [...tensors]
    .map(([name, array]) => ({ name, array, type: typeOf(name) }))
    .sort((a, b) => storageTypes[b.type] - storageTypes[a.type] || (a.name < b.name ? -1 : 1));
  let at = 0;
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  for (const { name, array, type } of entries) {
    const from = at;
    at += sizeOf(array.shape) * storageTypes[type];
    header[name] = { dtype: type, shape: array.shape, data_offsets: [from, at] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8; // padded with spaces, so that the numbers are aligned
  const out = new Uint8Array(8 + length + at).fill(0x20, 8 + json.length, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(json, 8);
  let cursor = 8 + length;
  for (const { name, array, type } of entries) {
    const bytes = encode(name, array, type);
    out.set(bytes, cursor);
    cursor += bytes.length;
  }
  return out;
}

type Fail = (what: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Readonly<Record<string, unknown>> {
  let text = '';
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    fail('the header is not JSON. This is not a safetensors file, or it is damaged.');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    fail(`the header must be a JSON object, got ${show(header)}.`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`the header names ${show(twice)} twice.`);
  return header as Readonly<Record<string, unknown>>;
}

/** Damaged files can have names of megabytes. */
const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 199)}…` : text);
const named = (key: string): string => `"${cut(key)}"`;

function checkMetadata(value: unknown, fail: Fail): Readonly<Record<string, string>> {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!plain || Object.values(value).some((text) => typeof text !== 'string')) {
    fail(`__metadata__ must map names to texts, got ${show(value)}.`);
  }
  return value as Readonly<Record<string, string>>;
}

function checkEntry(key: string, value: unknown, fail: Fail): StoredTensor {
  const { dtype, shape, data_offsets: span } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const counts = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (typeof dtype !== 'string' || !counts(shape) || !counts(span) || span.length !== 2) {
    fail(`${named(key)} must have dtype, shape and data_offsets, got ${show(value)}.`);
    throw new Error(); // unreachable; narrows the types above
  }
  if (!Object.hasOwn(storageTypes, dtype)) {
    fail(
      `${named(key)} is stored as ${cut(dtype)}; only ${Object.keys(storageTypes).join(', ')} can be read. Convert the file.`,
    );
  }
  const [from, to] = span as [number, number];
  const expected = sizeOf(shape) * storageTypes[dtype as StorageType];
  if (to - from !== expected) {
    fail(`${named(key)} is ${dtype}${show(shape)} and needs ${expected} bytes, got data_offsets [${from}, ${to}].`);
  }
  return { dtype: dtype as StorageType, shape, span: [from, to] };
}

/** The spans must tile the rest of the file: nothing outside, nothing shared, nothing left over. */
function checkLayout(tensors: ReadonlyMap<string, StoredTensor>, size: number, fail: Fail): void {
  for (const [key, { span }] of tensors) {
    if (span[1] > size) {
      fail(`${named(key)} ends at byte ${span[1]} of ${size} bytes of numbers. The file is truncated or damaged.`);
    }
  }
  const inOrder = [...tensors].sort(([, a], [, b]) => a.span[0] - b.span[0] || a.span[1] - b.span[1]);
  let end = 0;
  let before = '';
  for (const [key, { span }] of inOrder) {
    if (span[0] < end) fail(`${named(before)} and ${named(key)} overlap at byte ${span[0]}.`);
    if (span[0] > end) fail(`bytes ${end} to ${span[0]} before ${named(key)} belong to no tensor.`);
    [end, before] = [span[1], key];
  }
  if (end < size) fail(`the last ${size - end} bytes belong to no tensor.`);
}

function decode(dtype: Exclude<StorageType, 'I64'>, raw: Uint8Array): Float32Array {
  if (dtype === 'F32') return view(Float32Array, raw);
  return (dtype === 'F16' ? fromF16 : fromBF16)(view(Uint16Array, raw));
}

interface ViewConstructor<V> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): V;
}

/**
 * Bytes as numbers, in place where they are aligned and copied where not: a header of any length is valid, and `slice` of
 * a Buffer would copy nothing. All machines that run this are little-endian.
 */
function view<V>(View: ViewConstructor<V>, raw: Uint8Array): V {
  const bytes = raw.byteOffset % View.BYTES_PER_ELEMENT === 0 ? raw : new Uint8Array(raw);
  return new View(bytes.buffer, bytes.byteOffset, bytes.length / View.BYTES_PER_ELEMENT);
}

function encode(name: string, array: HostArray, type: StorageType): Uint8Array {
  if (array.dtype === 'bool' || (array.dtype === 'float32') === (type === 'I64')) {
    throw new ToolkitError(
      'bad-dtype',
      `writeSafetensors: "${name}" is ${array.dtype} and cannot be stored as ${type}.`,
    );
  }
  const { data } = array;
  if (type === 'F16') {
    const halves = toF16(data as Float32Array);
    const lost = halves.findIndex((half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(data[i]));
    if (lost >= 0) {
      throw new ToolkitError(
        'bad-value',
        `writeSafetensors: "${name}" holds ${show(data[lost])}, too large for F16. Store it as F32 or BF16.`,
      );
    }
    return bytesOf(halves);
  }
  return bytesOf(type === 'BF16' ? toBF16(data as Float32Array) : data);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
