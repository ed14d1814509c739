import { floats, type Shape, sizeOf } from '../../../core/host-array.js';
import { add, constant, expand, grad, mul, reshape, square, sub, type Tensor } from '../../../graph/index.js';
import { defineObjective } from '../objective.js';
import { meanPerSample, overSample } from '../per-sample.js';
import { noiseIn, scoreFeeds, sigmas } from '../score-graph.js';

/**
 * Implicit score matching, L = E w(σ)·σ²·(‖s(x)‖² + 2·tr ∂s/∂x): the explicit loss without the unknown score, by
 * integration by parts. Hyvärinen 2005, "Estimation of non-normalized statistical models by score matching", Equation 4.
 *
 * The trace takes one backward pass for every value of a sample, and training differentiates it again: for points and
 * the smallest of pictures. `sliced` estimates it for anything larger.
 *
 * @example
 * import { implicitScoreMatching } from 'langevin/diffusion';
 * implicitScoreMatching().needs.values; // → 64
 */
export const implicitScoreMatching = defineObjective({
  name: 'implicit',
  options: {},
  needs: { values: 64 },
  prepare(given) {
    const { batch, feeds } = scoreFeeds('implicit', given);
    return { ...feeds, sigma: sigmas(batch) };
  },
  losses(graph) {
    const { fed, shape } = graph;
    const x = fed('x');
    const noise = noiseIn(graph, x);
    // σ²·‖s‖² = ‖ε̂‖² and σ²·∂s/∂x = −σ·∂ε̂/∂x
    const diagonal = mul(diagonalOf(noise, x, shape), overSample(fed('sigma', [shape[0]!]), shape));
    return { error: meanPerSample(sub(square(noise), mul(diagonal, 2))), extra: null };
  },
});

/** ∂y_d/∂x_d of every value d of every sample: one backward pass for each d. */
function diagonalOf(y: Tensor, x: Tensor, shape: Shape): Tensor {
  const size = sizeOf(shape.slice(1));
  const parts = Array.from({ length: size }, (_, d) => {
    const unit = floats([1, size]);
    unit.data[d] = 1;
    const direction = reshape(expand(constant(unit), { shape: [shape[0]!, size] }), { shape });
    return mul(grad(y, [x], direction)[0]!, direction);
  });
  return parts.reduce((a, b) => add(a, b));
}
