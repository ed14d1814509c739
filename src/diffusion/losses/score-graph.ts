import type { HostArray } from '../../core/host-array.js';
import { add, mul, type Tensor } from '../../graph/index.js';
import { convert, epsilon } from '../processes/predictions.js';
import { column, type NoisedBatch, noised, weightsOf } from './noised.js';
import type { LossGraph, PrepareOptions } from './objective.js';
import { overSample } from './per-sample.js';

/**
 * Score matching in the scale of the noise: with ε̂ = −σ·s for the score s that the network amounts to, σ²·‖s − s*‖² is
 * ‖ε̂ − ε*‖², the error of ε. So all of these losses are about σ²·‖score‖², the weighting of Song & Ermon 2019
 * (arXiv:1907.05600, Section 4.2), whatever is predicted, and weightings are asked for the error of ε. They are twice the
 * textbook's ½‖·‖², and means over the values of a sample, so that their scale is that of `simple`.
 */
export function scoreFeeds(owner: string, given: PrepareOptions) {
  const batch = noised(owner, given);
  const conversions = batch.levels.map((level) => convert({ from: given.prediction, to: epsilon, level }));
  return {
    batch,
    feeds: {
      ...{ x: batch.x, index: batch.index, weight: weightsOf(batch, given, epsilon) },
      ...{ onX: column(conversions.map(({ x }) => x)), onRaw: column(conversions.map(({ raw }) => raw)) },
    },
  };
}

/** σ of each row, for losses with a derivative in them. */
export const sigmas = ({ levels }: NoisedBatch): HostArray<'float32'> => column(levels.map(({ sigma }) => sigma));

/** ε̂(x) = −σ·s(x) out of whatever the network predicts. */
export function noiseIn({ network, fed, shape }: LossGraph, x: Tensor): Tensor {
  const row = (name: string): Tensor => overSample(fed(name, [shape[0]!]), shape);
  return add(mul(x, row('onX')), mul(network(x).prediction, row('onRaw')));
}
