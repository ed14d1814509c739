import { ToolkitError } from '../../../core/errors.js';
import { floats, type HostArray, sizeOf } from '../../../core/host-array.js';
import { square, sub } from '../../../graph/index.js';
import type { Level } from '../../level.js';
import { defineObjective } from '../objective.js';
import { meanPerSample } from '../per-sample.js';
import { noiseIn, scoreFeeds } from '../score-graph.js';

/**
 * Explicit score matching, L = E w(σ)·σ²·‖s(x) − ∇ log q(x)‖², where q is the data set itself, noised: a mixture of one
 * Gaussian around every sample, whose score is known. Vincent 2011, Equation 2; the same target with less variance than
 * that of `denoising`: Xu et al. 2023, arXiv:2302.00670, Equation 6 with the whole data set as the reference batch.
 *
 *   ∇ log q(x) = (α·Σ_i w_i·x_i − x)/σ²,   w = softmax_i(−‖x − α·x_i‖²/2σ²)
 *
 * Every noisy sample is compared with all of the data, and classes are not told apart.
 *
 * @example
 * import { explicitScoreMatching } from 'langevin/diffusion';
 * explicitScoreMatching().needs.data; // → true
 */
export const explicitScoreMatching = defineObjective({
  name: 'explicit',
  options: {},
  needs: { data: true, gaussianNoise: true },
  prepare(given) {
    const { batch, feeds } = scoreFeeds('explicit', given);
    const { data } = given;
    if (data?.shape.slice(1).join() !== given.clean.shape.slice(1).join()) {
      const got = data ? `[${data.shape.join(', ')}]` : 'none';
      throw new ToolkitError(
        'shape-mismatch',
        `explicit: needs the whole data set, [N, ${given.clean.shape.slice(1).join(', ')}], got ${got}. Pass it as data.`,
      );
    }
    return { ...feeds, noise: expectedNoise(batch.x, { levels: batch.levels, data: data! }) };
  },
  losses(graph) {
    const x = graph.fed('x');
    return { error: meanPerSample(square(sub(noiseIn(graph, x), graph.fed('noise')))), extra: null };
  },
});

interface ExpectedOptions {
  readonly levels: readonly Level[];
  readonly data: HostArray<'float32'>;
}

/** ε* = −σ·∇ log q(x) = E[ε | x] of every row: what a network that predicts ε should say. */
function expectedNoise(x: HostArray<'float32'>, { levels, data }: ExpectedOptions): HostArray<'float32'> {
  const size = sizeOf(x.shape.slice(1));
  const count = data.shape[0] ?? 0;
  const out = new Float32Array(x.data.length);
  const logits = new Float64Array(count);
  for (const [row, { alpha, sigma }] of levels.entries()) {
    const at = row * size;
    let most = -Infinity;
    for (let n = 0; n < count; n++) {
      let distance = 0;
      for (let i = 0; i < size; i++) distance += (x.data[at + i]! - alpha * data.data[n * size + i]!) ** 2;
      logits[n] = -distance / (2 * sigma ** 2);
      most = Math.max(most, logits[n]!);
    }
    let total = 0;
    const mean = new Float64Array(size);
    for (let n = 0; n < count; n++) {
      const weight = Math.exp(logits[n]! - most);
      if (weight === 0) continue;
      total += weight;
      for (let i = 0; i < size; i++) mean[i]! += weight * data.data[n * size + i]!;
    }
    for (let i = 0; i < size; i++) out[at + i] = (x.data[at + i]! - (alpha * mean[i]!) / total) / sigma;
  }
  return floats(x.shape, out);
}
