import { type Code, f64x2, i32, i32x4, i64x2, type Local, loop, store, wasmKernel } from './wasm.js';

/**
 * Fills `out` with the Gaussians of the key (lo, hi): the same bits as the loop of `gaussians`, several times as fast,
 * since a processor does four blocks of Philox at once and two angles. Null where the engine has no such instructions or
 * may not compile; then the loop does it.
 */
export type FillGaussians = (out: Float32Array, lo: number, hi: number) => void;

export function gaussianKernel(): FillGaussians | null {
  const kernel = compiled();
  if (kernel === null) return null;
  const { run, memory } = kernel;
  return (out, lo, hi) => {
    for (let at = 0; at < out.length; at += memory.length) {
      const count = Math.min(memory.length, out.length - at);
      run(lo, hi, at / 4, (at + count + 3) / 4);
      out.set(memory.subarray(0, count), at);
    }
  };
}

/** (lo, hi, block, end): four Gaussians from each block of four words, written from address 0. */
const compiled = wasmKernel(() => ({
  params: 5,
  vectors: 20,
  body([lo, hi, block, end, address], [c0, c1, c2, c3, a, b, ...spare]) {
    const counter = i32x4.add(i32x4.splat(block!.get), i32x4.const(0, 1, 2, 3));
    const words = [c0!, c1!, c2!, c3!] as const;
    const pairs = [0, 1].flatMap((half) => [boxMuller(c0!, c1!, half, spare), boxMuller(c2!, c3!, half, spare)]);
    const results = spare.slice(6);
    return loop(
      [
        ...[c0!.set(counter), ...[c1!, c2!, c3!].map((word) => word.set(i32x4.const(0, 0, 0, 0)))].flat(),
        ...[a!.set(i32x4.splat(lo!.get)), b!.set(i32x4.splat(hi!.get))].flat(),
        ...Array.from({ length: 10 }, () => round(words, [a!, b!], spare)).flat(),
        ...pairs.flatMap(({ code, cosine, sine }, i) => [
          ...code,
          ...results[2 * i]!.set(f64x2.toFloats(cosine)),
          ...results[2 * i + 1]!.set(f64x2.toFloats(sine)),
        ]),
        ...[0, 1].flatMap((half) => rows(address!.get, results.slice(4 * half, 4 * half + 4), 32 * half)),
        ...address!.set(i32.add(address!.get, i32.const(64))),
        ...block!.set(i32.add(block!.get, i32.const(4))),
      ],
      i32.below(block!.get, end!.get),
    );
  },
}));

type Words = readonly [Local, Local, Local, Local];

/** One round of Philox4×32 on four counters: as `encipher`, which has no products of 64 bits and works by halves. */
function round([c0, c1, c2, c3]: Words, [a, b]: readonly [Local, Local], spare: readonly Local[]): Code {
  const [low0, high0, low1, high1] = spare as [Local, Local, Local, Local];
  const [m0, m1] = [0xd2511f53, 0xcd9e8d57].map((m) => i32x4.const(m, m, m, m)) as [Code, Code];
  const upper = (low: Local, high: Local): Code => i32x4.pick(low.get, high.get, 1, 3, 5, 7);
  const lower = (low: Local, high: Local): Code => i32x4.pick(low.get, high.get, 0, 2, 4, 6);
  return [
    ...low0.set(i32x4.productsLow(c0.get, m0)),
    ...high0.set(i32x4.productsHigh(c0.get, m0)),
    ...low1.set(i32x4.productsLow(c2.get, m1)),
    ...high1.set(i32x4.productsHigh(c2.get, m1)),
    ...c0.set(i32x4.xor(i32x4.xor(upper(low1, high1), c1.get), a.get)),
    ...c1.set(lower(low1, high1)),
    ...c2.set(i32x4.xor(i32x4.xor(upper(low0, high0), c3.get), b.get)),
    ...c3.set(lower(low0, high0)),
    ...a.set(i32x4.add(a.get, i32x4.splat(i32.const(0x9e3779b9)))),
    ...b.set(i32x4.add(b.get, i32x4.splat(i32.const(0xbb67ae85)))),
  ];
}

interface Pair {
  readonly code: Code;
  readonly cosine: Code;
  readonly sine: Code;
}

/** Box–Muller for half of the words u and v, operation by operation as in `gaussians`. */
function boxMuller(u: Local, v: Local, half: number, spare: readonly Local[]): Pair {
  const { add, sub, mul, div, sqrt } = f64x2;
  const number = f64x2.const;
  const [w, q, s, z, r, odd] = spare as [Local, Local, Local, Local, Local, Local];
  const [first, second] = half === 0 ? [0, 1] : [2, 3];
  const halfOf = (word: Local): Code => i32x4.pick(word.get, word.get, first!, second!, first!, second!);

  // w + 1 = 2³²⁻ᵉ·m by its bits: the exponent stands above the 52 of the fraction.
  const exponent = i64x2.or(i64x2.shiftRight(w.get, i32.const(52)), i64x2.const(0x4330000000000000n)); // 2⁵² + it
  const eAndHalf = sub(number(1023 + 31.5), sub(exponent, number(2 ** 52)));
  const m = i64x2.or(
    i64x2.and(w.get, i64x2.const(0x000fffffffffffffn)),
    i64x2.const(0x3fe0000000000000n), // in [½, 1)
  );
  const sum = horner(z.get, [1, 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15]);
  const minusLog = sub(mul(eAndHalf, number(Math.LN2)), mul(mul(number(2), s.get), sum));
  const one = f64x2.equal(w.get, number(2 ** 32)); // ln 1 is 0 to the bit

  const angle = mul(
    f64x2.fromSigned(i32x4.sub(halfOf(v), i32x4.shiftLeft(q.get, i32.const(30)))),
    number(Math.PI * 2 ** -31),
  );
  const sine = mul(s.get, horner(z.get, sineSeries));
  const cosine = horner(z.get, cosineSeries);
  const even = sub(number(1), odd.get);
  return {
    code: [
      ...w.set(add(f64x2.fromUnsigned(halfOf(u)), number(1))),
      ...s.set(div(sub(m, number(Math.SQRT1_2)), add(m, number(Math.SQRT1_2)))),
      ...z.set(mul(s.get, s.get)),
      ...r.set(sqrt(mul(number(2), i64x2.andNot(minusLog, one)))),
      // ((v >>> 29) + 1) >>> 1 quarter turns
      ...q.set(
        i32x4.shiftRight(i32x4.add(i32x4.shiftRight(halfOf(v), i32.const(29)), i32x4.const(1, 1, 1, 1)), i32.const(1)),
      ),
      ...odd.set(f64x2.fromSigned(i32x4.and(q.get, i32x4.const(1, 1, 1, 1)))),
      ...w.set(f64x2.fromSigned(i32x4.and(q.get, i32x4.const(2, 2, 2, 2)))),
      ...r.set(mul(r.get, sub(number(1), w.get))), // with its sign
      ...s.set(angle),
      ...z.set(mul(s.get, s.get)),
      ...w.set(sine),
      ...s.set(cosine),
    ],
    cosine: mul(r.get, sub(mul(even, s.get), mul(odd.get, w.get))),
    sine: mul(r.get, add(mul(even, w.get), mul(odd.get, s.get))),
  };
}

const sineSeries = [1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800];
const cosineSeries = [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600, -1 / 87178291200];

/** c₀ + z·(c₁ + z·(c₂ + …)). */
const horner = (z: Code, [c, ...rest]: readonly number[]): Code =>
  rest.length === 0 ? f64x2.const(c!) : f64x2.add(f64x2.const(c!), f64x2.mul(z, horner(z, rest)));

/** Two rows of four floats out of four columns of two. */
function rows(address: Code, [x, y, z, w]: readonly Local[], offset: number): Code {
  const [left, right] = [i32x4.pick(x!.get, y!.get, 0, 4, 1, 5), i32x4.pick(z!.get, w!.get, 0, 4, 1, 5)];
  return [
    ...store(address, i32x4.pick(left, right, 0, 1, 4, 5), offset),
    ...store(address, i32x4.pick(left, right, 2, 3, 6, 7), offset + 16),
  ];
}
