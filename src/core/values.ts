import type { HostArray } from './host-array.js';

/** Whether a value of some space is a float32 host array (and not a number or a symbolic tensor). */
export function isFloats(value: unknown): value is HostArray<'float32'> {
  return (
    typeof value === 'object' && value !== null && 'data' in value && (value as HostArray).data instanceof Float32Array
  );
}

/** Whether all numbers in a number or a host array are finite; what has no numbers yet passes. */
export function isFiniteValue(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (!isFloats(value)) return true;
  const { data } = value;
  let sum = 0; // float64 cannot overflow on float32 terms, and NaN and ∞ survive every addition
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  return Number.isFinite(sum);
}
