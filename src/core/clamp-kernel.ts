import { f32x4, i32, i32x4, type Kernel, load, loop, store, wasmKernel } from './wasm.js';

/**
 * What lies outside of [−range, range] moved to the nearer end, four numbers at once: values next to the ends make a
 * processor guess wrong, which costs a plain loop most of its time. The same bits as a plain loop: what is not a number
 * stays as it is. Null where the engine has no such instructions.
 */
export function clampKernel(data: Float32Array, range: number): Float32Array | null {
  const kernel = compiled();
  return kernel && clamped(kernel, data, range);
}

function clamped({ run, memory }: Kernel, data: Float32Array, range: number): Float32Array {
  const out = new Float32Array(data.length);
  const [bits] = new Int32Array(Float32Array.of(range).buffer) as unknown as [number];
  for (let at = 0; at < out.length; at += memory.length) {
    const count = Math.min(memory.length, out.length - at);
    memory.set(data.subarray(at, at + count));
    run(bits, 4 * count);
    out.set(memory.subarray(0, count), at);
  }
  return out;
}

/** (bits of the range, end): in place, from address 0. */
const compiled = wasmKernel(() => ({
  params: 3,
  vectors: 2,
  body([bits, end, address], [high, low]) {
    const clamped = f32x4.larger(f32x4.smaller(load(address!.get), high!.get), low!.get);
    return [
      ...high!.set(i32x4.splat(bits!.get)),
      ...low!.set(f32x4.negative(high!.get)),
      ...loop(
        [...store(address!.get, clamped), ...address!.set(i32.add(address!.get, i32.const(16)))],
        i32.below(address!.get, end!.get),
      ),
    ];
  },
}));
