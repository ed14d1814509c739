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
  // Float64 cannot overflow on float32 terms, and NaN and ∞ survive every addition. Four sums do not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += data[i]!;
    b += data[i + 1]!;
    c += data[i + 2]!;
    d += data[i + 3]!;
  }
  for (let i = whole; i < data.length; i++) a += data[i]!;
  return Number.isFinite(a + b + c + d);
}
