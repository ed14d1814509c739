import type { Term } from './space.js';
import { type Code, f64x2, i32, i32x4, type Kernel, load, loop, store, wasmKernel } from './wasm.js';

/** How many terms a kernel is made for: with more there would be too little memory for each. */
const most = 6;

/**
 * Σ cᵢ·xᵢ in float64, from 0 and in order, two numbers in one instruction: the same bits as a plain loop. Null for more
 * terms than it is made for, and where the engine has no such instructions.
 */
export function sumKernel(terms: readonly Term<Float32Array>[]): Float32Array | null {
  const kernel = compiled[terms.length]?.() ?? null;
  return kernel && summed(kernel, terms);
}

function summed({ run, memory }: Kernel, terms: readonly Term<Float32Array>[]): Float32Array {
  const out = new Float32Array(terms[0]![1].length);
  new Float64Array(memory.buffer).set(terms.map(([c]) => c));
  const start = 2 * most; // behind the factors
  const room = Math.floor((memory.length - start) / terms.length / 4) * 4;
  for (let at = 0; at < out.length; at += room) {
    const count = Math.min(room, out.length - at);
    for (const [i, [, x]] of terms.entries()) memory.set(x.subarray(at, at + count), start + i * room);
    run(4 * start, 4 * (start + count), 4 * room);
    out.set(memory.subarray(start, start + count), at);
  }
  return out;
}

/** (address, end, bytes from one term to the next), by number of terms; the sum replaces the first. */
const compiled = Array.from({ length: most + 1 }, (_, count) =>
  count === 0
    ? null
    : wasmKernel(() => ({
        params: 3,
        vectors: 2 * count,
        body([address, end, room], vectors) {
          const [factors, terms] = [vectors.slice(0, count), vectors.slice(count)];
          const places = terms.reduce<readonly Code[]>(
            (found) => [...found, found.length === 0 ? address!.get : i32.add(found.at(-1)!, room!.get)],
            [],
          );
          const sum = (numbers: (i: number) => Code): Code =>
            f64x2.toFloats(
              factors.reduce((total, factor, i) => f64x2.add(total, f64x2.mul(factor.get, numbers(i))), f64x2.const(0)),
            );
          const first = sum((i) => f64x2.fromFloats(terms[i]!.get));
          const last = sum((i) => f64x2.fromFloats(i32x4.pick(terms[i]!.get, terms[i]!.get, 2, 3, 2, 3)));
          return [
            ...factors.flatMap((factor, i) => factor.set(f64x2.loadBoth(i32.const(8 * i)))),
            ...loop(
              [
                ...terms.flatMap((term, i) => term.set(load(places[i]!))),
                ...store(address!.get, i32x4.pick(first, last, 0, 1, 4, 5)),
                ...address!.set(i32.add(address!.get, i32.const(16))),
              ],
              i32.below(address!.get, end!.get),
            ),
          ];
        },
      })),
);
