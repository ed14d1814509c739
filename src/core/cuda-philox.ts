import { show, ToolkitError } from './errors.js';
import { floats, type HostArray, sizeOf } from './host-array.js';
import { philox } from './random.js';
import { batchSpace, type Space } from './space.js';
import type { TorchGenerator } from './torch-random.js';

export interface CudaGeneratorOptions {
  readonly seed: number;
  /**
   * Threads of the GPU's grid: 256 × its blocks, which are at most multiprocessors × (threads per multiprocessor / 256).
   * Draws of up to so many values, a 4 × 64 × 64 latent on any card, do not depend on it; by default no draw does.
   */
  readonly threads?: number;
}

/**
 * `torch.manual_seed(seed)` on a CUDA device: Philox4×32-10, one stream per thread, and curand's Box–Muller.
 *
 *   words  = philox(counter = (call, 0, thread, 0), key = seed)          thread i makes values i, i + T, i + 2T, i + 3T
 *   u = w₀·2⁻³² + 2⁻³³,   v = 2π·(w₁·2⁻³² + 2⁻³³)
 *   (sin v, cos v)·√(−2 ln u)                                            and the same of w₂, w₃
 *
 * where T is the number of threads and every call of `randn` moves the counter on by the blocks of four it used. Values
 * in the first T of a draw take w₀ and w₁ alone. Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 * (SC'11); the layout is that of curand's `curand_init(seed, thread, offset)` and `curand_normal4`.
 *
 * For results that must equal those of a torch program on a GPU, to about 10⁻⁶: devices differ in the last bits of
 * logarithm, sine and cosine.
 *
 * @example
 * import { cudaGenerator } from 'langevin/core';
 * cudaGenerator({ seed: 0 }).randn(4)[0].toFixed(4); // → '-0.9247'
 */
export function cudaGenerator({ seed, threads = 2 ** 32 }: CudaGeneratorOptions): TorchGenerator {
  if (!(Number.isInteger(threads) && threads >= 256 && threads % 256 === 0)) {
    throw new ToolkitError(
      'bad-option',
      `cudaGenerator: threads must be a multiple of 256, the size of a block, got ${show(threads)}.`,
    );
  }
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  let offset = 0; // in blocks of four words

  return {
    randn(count) {
      const out = new Float32Array(count);
      const grid = Math.min(threads, Math.ceil(count / 256) * 256);
      for (let thread = 0; thread < Math.min(grid, count); thread++) {
        for (let round = 0, from = thread; from < count; round++, from += 4 * grid) {
          const [w0, w1, w2, w3] = philox([offset + round, 0, thread, 0], key);
          const values = from + 2 * grid < count ? [...pair(w0, w1), ...pair(w2, w3)] : pair(w0, w1);
          for (const [i, value] of values.entries()) if (from + i * grid < count) out[from + i * grid] = value;
        }
      }
      offset += Math.ceil(count / (4 * grid));
      return out;
    },
  };
}

/** Two unit Gaussians of two words, in the float32 arithmetic of curand. */
function pair(first: number, second: number): readonly [number, number] {
  const f32 = Math.fround;
  const u = f32(f32(first) * 2 ** -32 + 2 ** -33); // one rounding, as of a fused multiply-add
  const v = f32(f32(second) * turn + turn / 2);
  const r = Math.sqrt(-2 * Math.log(u));
  return [r * Math.sin(v), r * Math.cos(v)];
}

/** 2π·2⁻³² in float32. */
const turn = Math.fround(2 * Math.PI * 2 ** -32);

/**
 * Batches whose noise comes from torch's CUDA generator, one draw after the other: keys are ignored, so results depend
 * on the order of draws and on the batch, as they do in torch.
 */
export function cudaSpace(options: CudaGeneratorOptions): Space<HostArray<'float32'>> {
  const generator = cudaGenerator(options);
  return { ...batchSpace(), gaussian: (like) => floats(like.shape, generator.randn(sizeOf(like.shape))) };
}
