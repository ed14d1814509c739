import { ToolkitError } from '../../../core/errors.js';
import { concatRows, type HostArray, rows } from '../../../core/host-array.js';
import { batchSpace } from '../../../core/space.js';
import { square, sub } from '../../../graph/index.js';
import type { Level } from '../../level.js';
import { finiteData } from '../../processes/finite-data.js';
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

/** ε* = −σ·∇ log q(x) = (x − α·E[x₀ | x])/σ of every row: what a network that predicts ε should say. */
function expectedNoise(x: HostArray<'float32'>, { levels, data }: ExpectedOptions): HostArray<'float32'> {
  const { denoise } = finiteData(data);
  const out = levels.map((level, row) => {
    const one = rows(x, row, row + 1);
    const { alpha, sigma } = level;
    return lincombOf([1 / sigma, one], [-alpha / sigma, denoise(one, level)]);
  });
  return concatRows(out);
}

const lincombOf = batchSpace().lincomb;
