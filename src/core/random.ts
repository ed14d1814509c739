import { gaussianKernel } from './gaussian-kernel.js';

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
      counter[0] = word(bytes, at);
      counter[1] = word(bytes, at + 4);
      counter[2] = word(bytes, at + 8);
      counter[3] = tag;
      encipher(counter, 0, lo, hi);
      lo = counter[0];
      hi = counter[1];
    }
  }
  return { lo, hi };
}

/** `count` independent 32-bit words. */
export function bits(from: Key, count: number): Uint32Array {
  const out = new Uint32Array(Math.ceil(count / 4) * 4);
  for (let at = 0; at < out.length; at += 4) {
    out[at] = at / 4;
    encipher(out, at, from.lo, from.hi);
  }
  return out.subarray(0, count);
}

/** `count` uniform numbers in [0, 1) with 32 bits each. */
export function uniforms(from: Key, count: number): Float64Array {
  const words = bits(from, count);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = words[i]! * 2 ** -32;
  return out;
}

/** One uniform number in [0, 1). */
export const uniform = (from: Key): number => uniforms(from, 1)[0]!;

/** `count` whole numbers in [0, below). */
export function integers(from: Key, count: number, below: number): Int32Array {
  return Int32Array.from(uniforms(from, count), (u) => Math.floor(u * below));
}

/**
 * `count` unit Gaussians by Box–Muller: √(−2 ln u₁)·(cos 2πu₂, sin 2πu₂), u₁ in (0, 1]. Logarithm, sine and cosine are
 * series of our own: the engines of JavaScript may differ in the last bit of theirs, and these are faster.
 */
export function gaussians(from: Key, count: number): Float32Array {
  const out = new Float32Array(count);
  fillGaussians(out, from);
  return out;
}

/** Writes `gaussians(from, out.length)` into `out`; four blocks at once where the engine has the instructions for it. */
export function fillGaussians(out: Float32Array, from: Key): void {
  const fill = out.length < 16 ? null : gaussianKernel();
  if (fill) fill(out, from.lo, from.hi);
  else out.set(gaussiansByLoop(from, out.length));
}

/** The definition of `gaussians`, number by number. */
export function gaussiansByLoop(from: Key, count: number): Float32Array {
  const out = new Float32Array(count + (count % 2));
  const words = bits(from, out.length);
  for (let i = 0; i < out.length; i += 2) {
    const r = Math.sqrt(2 * minusLog(words[i]!));
    // u₂ = (q + rest)/4: q quarter turns and an angle in [−π/4, π/4].
    const q = ((words[i + 1]! >>> 29) + 1) >>> 1;
    const angle = (words[i + 1]! - q * 2 ** 30) * (Math.PI * 2 ** -31);
    const [z, odd, sign] = [angle * angle, q & 1, r * (1 - (q & 2))];
    const s =
      angle *
      (1 + z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z * (1 / 362880 + z * (-1 / 39916800 + z / 6227020800))))));
    const c =
      1 +
      z *
        (-1 / 2 +
          z * (1 / 24 + z * (-1 / 720 + z * (1 / 40320 + z * (-1 / 3628800 + z * (1 / 479001600 - z / 87178291200))))));
    out[i] = sign * ((1 - odd) * c - odd * s);
    out[i + 1] = sign * ((1 - odd) * s + odd * c);
  }
  return out.subarray(0, count);
}

/**
 * −ln((w + 1)/2³²) for a 32-bit word: w + 1 = 2³²⁻ᵉ·m with m in [½, 1), and with c = √½ and s = (m − c)/(m + c)
 * ln m = ln c + 2·(s + s³/3 + s⁵/5 + …), |s| < 0.172.
 */
function minusLog(w: number): number {
  if (w === 0xffffffff) return 0;
  const e = Math.clz32(w + 1);
  const m = (w + 1) * scales[e]!;
  const s = (m - Math.SQRT1_2) / (m + Math.SQRT1_2);
  const z = s * s;
  const sum = 1 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11 + z * (1 / 13 + z / 15))))));
  return (e + 0.5) * Math.LN2 - 2 * s * sum;
}

/** 2ᵉ⁻³². */
const scales = Float64Array.from({ length: 33 }, (_, e) => 2 ** (e - 32));

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

type Four = readonly [number, number, number, number];

/** Philox4×32 with ten rounds: the bijection (counter, key) → four words. */
export function philox(counter: Four, [k0, k1]: readonly [number, number]): Four {
  const words = Uint32Array.from(counter);
  encipher(words, 0, k0, k1);
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

/**
 * Replaces the counter in `words[at … at + 3]` by its image. The one hot loop of all randomness: no allocation, and
 * nothing but 32-bit integers, which wrap around as the algorithm wants.
 */
function encipher(words: Uint32Array, at: number, k0: number, k1: number): void {
  let c0 = words[at]! | 0;
  let c1 = words[at + 1]! | 0;
  let c2 = words[at + 2]! | 0;
  let c3 = words[at + 3]! | 0;
  let a = k0 | 0;
  let b = k1 | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(0xd251, 0x1f53, c0);
    const high1 = mulHigh(0xcd9e, 0x8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ a;
    c1 = low1;
    c2 = high0 ^ c3 ^ b;
    c3 = low0;
    a = (a + 0x9e3779b9) | 0;
    b = (b + 0xbb67ae85) | 0;
  }
  words[at] = c0;
  words[at + 1] = c1;
  words[at + 2] = c2;
  words[at + 3] = c3;
}

/** The upper 32 bits of (high·2¹⁶ + low)·x, by halves: every partial sum stays below 2³². */
function mulHigh(high: number, low: number, x: number): number {
  const xh = x >>> 16;
  const xl = x & 0xffff;
  const mid = (Math.imul(high, xl) + (Math.imul(low, xl) >>> 16)) | 0;
  const carry = (Math.imul(low, xh) + (mid & 0xffff)) | 0;
  return (Math.imul(high, xh) + (mid >>> 16) + (carry >>> 16)) | 0;
}

const utf8 = new TextEncoder();
/** Room for one number and for one counter: names are made by the thousand. */
const [double, counter] = [new Float64Array(1), new Uint32Array(4)];
const doubleBytes = new Uint8Array(double.buffer);
function numberBytes(value: number): Uint8Array {
  double[0] = value;
  return doubleBytes;
}
const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
