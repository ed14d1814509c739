/**
 * Randomness as a value. A `Key` is 64 bits; a draw is Philox4×32-10 of (key, counter), so drawing consumes nothing
 * and order, batching and unused options cannot change results.
 * Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (SC'11), Section 3.3; Random123's vectors are tests.
 */
export interface Key {
  readonly lo: number;
  readonly hi: number;
}

export type Label = string | number;

/** The key of a whole-number seed in [0, 2⁵³). */
export function key(seed: number): Key {
  return { lo: seed >>> 0, hi: Math.floor(seed / 2 ** 32) >>> 0 };
}

/**
 * Names a stream by purpose: `fold(key, 'step', 7, 'ancestral')`. Different label lists give independent keys.
 *
 * @example
 * import { fold, key } from 'langevin/core';
 * fold(key(0), 'a', 1).lo === fold(key(0), 'a', 1).lo; // → true
 * fold(key(0), 'a', 1).lo === fold(key(0), 'a', 2).lo; // → false
 */
export function fold(from: Key, ...labels: readonly Label[]): Key {
  let { lo, hi } = from;
  for (const label of labels) {
    const bytes = typeof label === 'number' ? numberBytes(label) : utf8.encode(label);
    // 12 bytes a block; the fourth counter word holds the type tag, the length and the block number.
    for (let at = 0, block = 0; at === 0 || at < bytes.length; at += 12, block++) {
      const tag = ((typeof label === 'number' ? 1 : 2) << 28) ^ (bytes.length << 12) ^ block;
      const out = philox([word(bytes, at), word(bytes, at + 4), word(bytes, at + 8), tag >>> 0], [lo, hi]);
      lo = out[0];
      hi = out[1];
    }
  }
  return { lo, hi };
}

/** `count` independent 32-bit words. */
export function bits(from: Key, count: number): Uint32Array {
  const out = new Uint32Array(Math.ceil(count / 4) * 4);
  for (let i = 0; i < out.length; i += 4) {
    out.set(philox([(i / 4) >>> 0, 0, 0, 0], [from.lo, from.hi]), i);
  }
  return out.subarray(0, count);
}

/** `count` uniform numbers in [0, 1) with 32 bits each. */
export function uniforms(from: Key, count: number): Float64Array {
  return Float64Array.from(bits(from, count), (word) => word * 2 ** -32);
}

/** One uniform number in [0, 1). */
export const uniform = (from: Key): number => uniforms(from, 1)[0]!;

/** `count` whole numbers in [0, below). */
export function integers(from: Key, count: number, below: number): Int32Array {
  return Int32Array.from(uniforms(from, count), (u) => Math.floor(u * below));
}

/** `count` unit Gaussians by Box–Muller: √(−2 ln u₁)·(cos 2πu₂, sin 2πu₂), u₁ in (0, 1]. */
export function gaussians(from: Key, count: number): Float32Array {
  const out = new Float32Array(count);
  const words = bits(from, count + (count % 2));
  for (let i = 0; i < count; i += 2) {
    const r = Math.sqrt(-2 * Math.log((words[i]! + 1) * 2 ** -32));
    const angle = 2 * Math.PI * words[i + 1]! * 2 ** -32;
    out[i] = r * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = r * Math.sin(angle);
  }
  return out;
}

/** One unit Gaussian. */
export const gaussian = (from: Key): number => gaussians(from, 1)[0]!;

/** A uniformly random order of 0 … count − 1 (Fisher–Yates). */
export function permutation(from: Key, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const draws = uniforms(from, count);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(draws[i]! * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

type Four = [number, number, number, number];

/** Philox4×32 with ten rounds: the bijection (counter, key) → four words. */
export function philox(counter: Readonly<Four>, [k0, k1]: readonly [number, number]): Four {
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const hi0 = mulHigh(0xd2511f53, c0);
    const lo0 = Math.imul(0xd2511f53, c0) >>> 0;
    const hi1 = mulHigh(0xcd9e8d57, c2);
    const lo1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    [c0, c1, c2, c3] = [(hi1 ^ c1 ^ k0) >>> 0, lo1, (hi0 ^ c3 ^ k1) >>> 0, lo0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The upper 32 bits of a 32 × 32 bit product, exact in float64 arithmetic by halves. */
function mulHigh(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const mid = ah * bl + Math.floor((al * bl) / 65536);
  const low = (mid % 65536) + al * bh;
  return (ah * bh + Math.floor(mid / 65536) + Math.floor(low / 65536)) >>> 0;
}

const utf8 = new TextEncoder();
const numberBytes = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);
const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
