import { floats } from '../../../core/host-array.js';
import { choice, flag } from '../../../core/options.js';
import { fold } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { grad, mul, square, sub } from '../../../graph/index.js';
import { defineObjective } from '../objective.js';
import { meanPerSample, overSample } from '../per-sample.js';
import { noiseIn, scoreFeeds, sigmas } from '../score-graph.js';

/**
 * Sliced score matching, L = E w(σ)·σ²·(‖s(x)‖² + 2·vᵀ(∂s/∂x)v) with a random direction v of unit covariance: the
 * implicit loss with its trace estimated by one backward pass, whatever the size of a sample.
 * Song et al. 2019, arXiv:1905.07088, Equation 8 (variance reduced) and Equation 7 with (vᵀs)² in place of ‖s‖².
 *
 * @example
 * import { slicedScoreMatching } from 'langevin/diffusion';
 * slicedScoreMatching({ directions: 'gaussian' }).needs.outputs; // → 1
 */
export const slicedScoreMatching = defineObjective({
  name: 'sliced',
  options: {
    directions: choice(['rademacher', 'gaussian'], {
      default: 'rademacher',
      help: 'How directions are drawn; signs have the smallest variance.',
    }),
    reduced: flag({ default: true, help: 'Takes ‖s‖² itself instead of its estimate (vᵀs)².' }),
  },
  prepare(given, { directions }) {
    const { batch, feeds } = scoreFeeds('sliced', given);
    const { clean, key, first = 0 } = given;
    const from = fold(key, 'directions');
    const drawn = batchSpace({ first }).gaussian(clean, from);
    const v =
      directions === 'gaussian'
        ? drawn
        : floats(
            clean.shape,
            drawn.data.map((z) => (z < 0 ? -1 : 1)),
          );
    return { ...feeds, sigma: sigmas(batch), v };
  },
  losses(graph, { reduced }) {
    const { fed, shape } = graph;
    const [x, v] = [fed('x'), fed('v')];
    const noise = noiseIn(graph, x);
    const [row] = grad(noise, [x], v); // (∂ε̂/∂x)ᵀ·v, and row by row: samples do not see each other
    const curvature = mul(mul(row!, v), overSample(fed('sigma', [shape[0]!]), shape));
    if (reduced) return { error: meanPerSample(sub(square(noise), mul(curvature, 2))), extra: null };
    const size = shape.slice(1).reduce((a, b) => a * b, 1);
    const along = mul(square(meanPerSample(mul(noise, v))), size); // (vᵀε̂)²/D
    return { error: sub(along, mul(meanPerSample(curvature), 2)), extra: null };
  },
});
