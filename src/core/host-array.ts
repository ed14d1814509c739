import { show, ToolkitError } from './errors.js';

export type Shape = readonly number[];
export type DType = 'float32' | 'int64' | 'bool';

/** The typed array that holds each element type. Bools are bytes, 0 or 1. */
export interface DataOf {
  readonly float32: Float32Array;
  readonly int64: BigInt64Array;
  readonly bool: Uint8Array;
}

/** Numbers in row-major order with a shape: what goes into and comes out of a graph, and what samplers walk on. */
export interface HostArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: DataOf[D];
}

export const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1);

/** A float32 array; without `data` it is zero everywhere. */
export function floats(shape: Shape, data: Float32Array | readonly number[] = new Float32Array(sizeOf(shape))) {
  return checked<'float32'>({
    dtype: 'float32',
    shape,
    data: data instanceof Float32Array ? data : Float32Array.from(data),
  });
}

/** An int64 array out of whole numbers. */
export function int64s(shape: Shape, data: ArrayLike<number | bigint>) {
  return checked<'int64'>({ dtype: 'int64', shape, data: BigInt64Array.from(Array.from(data, BigInt)) });
}

/** A bool array out of truth values. */
export function bools(shape: Shape, data: ArrayLike<number | boolean>) {
  return checked<'bool'>({ dtype: 'bool', shape, data: Uint8Array.from(Array.from(data, (v) => (v ? 1 : 0))) });
}

function checked<D extends DType>(array: HostArray<D>): HostArray<D> {
  if (array.data.length !== sizeOf(array.shape)) {
    throw new ToolkitError(
      'shape-mismatch',
      `A host array of shape ${show(array.shape)} needs ${sizeOf(array.shape)} values, got ${array.data.length}.`,
    );
  }
  return array;
}

/** Rows `from` … `to` − 1 along the first axis, sharing memory. */
export function rows(array: HostArray<'float32'>, from: number, to: number): HostArray<'float32'> {
  const size = sizeOf(array.shape.slice(1));
  return floats([to - from, ...array.shape.slice(1)], array.data.subarray(from * size, to * size));
}

/** The same rows and behind them rows of zeros, `size` in all; the array itself where it has as many. */
export function padRows(array: HostArray<'float32'>, size: number): HostArray<'float32'> {
  const [count = 0, ...rest] = array.shape;
  if (count === size) return array;
  const out = floats([size, ...rest]);
  out.data.set(array.data);
  return out;
}

/** Joins arrays of equal trailing shape along the first axis. */
export function concatRows(arrays: readonly HostArray<'float32'>[]): HostArray<'float32'> {
  const data = new Float32Array(arrays.reduce((size, array) => size + array.data.length, 0));
  let at = 0;
  for (const array of arrays) {
    data.set(array.data, at);
    at += array.data.length;
  }
  const count = arrays.reduce((total, array) => total + (array.shape[0] ?? 0), 0);
  return floats([count, ...(arrays[0]?.shape.slice(1) ?? [])], data);
}
