import { sub } from '../../../graph/index.js';
import { boundFeeds, boundTerm, decoderOptions, varianceNamed, varianceOption } from '../bound-graph.js';
import { noised } from '../noised.js';
import { defineObjective } from '../objective.js';

/**
 * L_vlb: N times the term of the variational bound at a uniform training index, in bits per dimension; only L_T is left
 * out, which has nothing to learn. Its terms differ by orders of magnitude: draw levels with `loss-second-moment`.
 * Ho et al. 2020, arXiv:2006.11239, Equation 5; Nichol & Dhariwal 2021, arXiv:2102.09672, Equation 4 and Section 3.3.
 *
 * @example
 * import { vlb } from 'langevin/diffusion';
 * [vlb().needs.outputs, vlb({ variance: 'fixed-small' }).needs.outputs]; // → [2, 1]
 */
export const vlb = defineObjective({
  name: 'vlb',
  options: { variance: varianceOption, ...decoderOptions },
  needs: ({ variance }) => ({ outputs: variance === 'learned-range' ? 2 : 1, gaussianNoise: true }),
  terms: 'extra',
  prepare(given, { variance, decoder }) {
    const batch = noised('vlb', given);
    const bound = boundFeeds(batch, given, { variance: varianceNamed(variance), decoder });
    return { x: batch.x, index: batch.index, ...bound };
  },
  losses(graph, { decoder, values }) {
    const { network, fed } = graph;
    const { prediction, variance } = network(fed('x'));
    const error = sub(prediction, fed('target'));
    return { error: null, extra: boundTerm(graph, { error, variance, decoder, values }) };
  },
});
