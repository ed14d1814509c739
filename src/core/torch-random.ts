import { floats, type HostArray, sizeOf } from './host-array.js';
import { batchSpace, type Space } from './space.js';

/** Numbers in the order in which torch's CPU generator gives them. Unlike a `Key` it is used up by drawing. */
export interface TorchGenerator {
  /** The next `count` values of `torch.randn`, as one call: the values depend on how draws are grouped. */
  randn(count: number): Float32Array;
}

/**
 * `torch.manual_seed(seed)` on the CPU: MT19937, and Box–Muller in blocks of sixteen.
 * Matsumoto & Nishimura 1998, "Mersenne Twister" (ACM TOMACS 8:1); the grouping was read from torch's outputs.
 * For results that must equal those of a torch program; everything else uses `Key`.
 *
 * @example
 * import { torchGenerator } from 'langevin/core';
 * torchGenerator(0).randn(16)[0].toFixed(4); // → '-1.1258'
 */
export function torchGenerator(seed: number): TorchGenerator {
  const next = mersenneTwister(seed);
  let spare: number | undefined; // the scalar path makes two Gaussians and keeps one

  const single = (): number => next() & 0xffffff; // 24 bits
  const double = (): number => {
    const [high, low] = [next(), next()];
    return ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53; // the low 53 of 64 bits
  };

  const block = (out: Float32Array, from: number): void => {
    for (let j = from; j < from + 8; j++) {
      const r = Math.sqrt(-2 * Math.log(1 - out[j]!));
      const angle = 2 * Math.PI * out[j + 8]!;
      out[j] = r * Math.cos(angle);
      out[j + 8] = r * Math.sin(angle);
    }
  };

  const scalar = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const [u1, u2] = [double(), double()];
    const r = Math.sqrt(-2 * Math.log1p(-u2));
    spare = r * Math.sin(2 * Math.PI * u1);
    return r * Math.cos(2 * Math.PI * u1);
  };

  return {
    randn(count) {
      const out = new Float32Array(count);
      if (count < 16) return out.map(scalar);
      for (let i = 0; i < count; i++) out[i] = single() * 2 ** -24;
      for (let from = 0; from + 16 <= count; from += 16) block(out, from);
      if (count % 16 !== 0) {
        for (let i = count - 16; i < count; i++) out[i] = single() * 2 ** -24;
        block(out, count - 16);
      }
      return out;
    },
  };
}

/**
 * Batches whose noise comes from torch's CPU generator, one draw after the other: keys are ignored, so results depend
 * on the order of draws and on the batch, as they do in torch.
 */
export function torchSpace(seed: number): Space<HostArray<'float32'>> {
  const generator = torchGenerator(seed);
  return { ...batchSpace(), gaussian: (like) => floats(like.shape, generator.randn(sizeOf(like.shape))) };
}

/** MT19937: a source of 32-bit words. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let i = 1; i < 624; i++) {
    const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, previous) + i;
  }
  let at = 624;

  const twist = (): void => {
    for (let i = 0; i < 624; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff);
      state[i] = state[(i + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };

  return () => {
    if (at === 624) twist();
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}
