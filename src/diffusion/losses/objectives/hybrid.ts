import { mul, square, sub } from '../../../graph/index.js';
import { learnedRangeVariance } from '../../processes/variance.js';
import { boundFeeds, boundTerm, decoderOptions, lambdaOption } from '../bound-graph.js';
import { noised, weightsOf } from '../noised.js';
import { defineObjective } from '../objective.js';
import { meanPerSample } from '../per-sample.js';
import { stopGradient } from '../stop-gradient.js';

/**
 * L = L_simple + λ·L_vlb for a network that also says the variance of its steps. The bound is told a copy of the
 * prediction that does not learn from it, so that it trains the variance and nothing else. Weightings are about L_simple.
 * Nichol & Dhariwal 2021, arXiv:2102.09672, Equation 16 with λ = 0.001.
 *
 * The network has two channels for each of the data: the prediction, and where between ln β̃ (−1) and ln β (1) the
 * logarithm of the variance is.
 *
 * @example
 * import { hybrid } from 'langevin/diffusion';
 * hybrid().needs.outputs; // → 2
 */
export const hybrid = defineObjective({
  name: 'hybrid',
  options: { lambda: lambdaOption, ...decoderOptions },
  needs: { outputs: 2, gaussianNoise: true },
  terms: 'both',
  prepare(given, { decoder }) {
    const batch = noised('hybrid', given);
    const weight = weightsOf(batch, given, given.prediction);
    const bound = boundFeeds(batch, given, { variance: learnedRangeVariance, decoder });
    return { x: batch.x, index: batch.index, weight, ...bound };
  },
  losses(graph, { lambda, decoder, values }) {
    const { network, fed } = graph;
    const { prediction, variance } = network(fed('x'));
    const e = sub(prediction, fed('target'));
    const bound = boundTerm(graph, { error: stopGradient(e), variance, decoder, values });
    return { error: meanPerSample(square(e)), extra: mul(bound, lambda) };
  },
});
