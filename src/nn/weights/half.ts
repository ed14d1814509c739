/**
 * Conversions between float32 and the two 16-bit formats, on bit patterns, so that every half value, NaN payloads
 * included, survives the way to float32 and back. IEEE 754-2019, Sections 3.4 and 4.3.1 (round to nearest, ties to even).
 */

/** binary16 → float32, exactly. */
export function fromF16(halves: Uint16Array): Float32Array {
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = f16ToBits(halves[i]!);
  return new Float32Array(out.buffer);
}

/** float32 → binary16, to the nearest; what is too large becomes ∞. */
export function toF16(values: Float32Array): Uint16Array {
  return Uint16Array.from(bitsOf(values), bitsToF16);
}

/** bfloat16 → float32, exactly: the upper half of the bits. */
export function fromBF16(halves: Uint16Array): Float32Array {
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = (halves[i]! << 16) >>> 0;
  return new Float32Array(out.buffer);
}

/** float32 → bfloat16, to the nearest. */
export function toBF16(values: Float32Array): Uint16Array {
  return Uint16Array.from(bitsOf(values), (bits) => {
    if (isNaNBits(bits)) return (bits >>> 16) | (bits & 0xffff ? 0x40 : 0); // rounding could carry a NaN into ∞
    return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  });
}

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);
const isNaNBits = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;

function f16ToBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  let fraction = half & 0x3ff;
  if (exponent === 31) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  let shifted = 113; // subnormal: fraction·2⁻²⁴, brought to the form 1.f·2ᵉ
  while (fraction < 0x400) {
    fraction <<= 1;
    shifted--;
  }
  return (sign | (shifted << 23) | ((fraction & 0x3ff) << 13)) >>> 0;
}

function bitsToF16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7c00 | ((size >>> 13) & 0x3ff || 0x200); // a NaN stays one
  if (size >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to ∞
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  if (size < 0x33000000) return sign; // below half of the smallest subnormal
  const exponent = size >>> 23;
  const fraction = (size & 0x7fffff) | 0x800000;
  const shift = 126 - exponent; // 14 … 24
  const half = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (half + (rest > tie || (rest === tie && half & 1) ? 1 : 0));
}
