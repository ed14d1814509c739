import { floats, type HostArray } from '../../core/host-array.js';
import { choice, integer, number } from '../../core/options.js';
import {
  abs,
  add,
  clamp,
  exp,
  greater,
  less,
  log,
  maximum,
  mul,
  neg,
  softplus,
  square,
  sub,
  type Tensor,
  where,
} from '../../graph/index.js';
import { cleanLevel } from '../level.js';
import { mixRows } from '../processes/forward.js';
import { posterior } from '../processes/posterior.js';
import { convert, x0 } from '../processes/predictions.js';
import { type Variance, variances } from '../processes/variance.js';
import { column, type NoisedBatch } from './noised.js';
import type { LossGraph, NetworkAnswer, PrepareOptions } from './objective.js';
import { meanPerSample, overSample } from './per-sample.js';

/** What the first step of a chain, from the least noise to the data, is told about the data. */
export const decoderOptions = {
  decoder: choice(['discretised', 'density'], {
    default: 'discretised',
    help: 'Whether data is rounded to values in [−1, 1], as pictures are, or real numbers.',
  }),
  values: integer({ default: 256, min: 2, max: 65_536, help: 'Values of rounded data.' }),
};

export const varianceOption = choice(['learned-range', 'fixed-small', 'fixed-large'], {
  default: 'learned-range',
  help: 'Variance of the steps: by the network, or the smallest or the largest that makes sense.',
});

export const lambdaOption = number({
  default: 0.001,
  min: 0,
  max: 1000,
  help: 'What the bound counts beside the error.',
});

type FeedName = 'target' | 'clean' | 'gain' | 'posterior' | 'variance' | 'range' | 'decoded' | 'steps';

export type BoundFeeds = Readonly<Record<string, HostArray<'float32'>>>;

export interface BoundFeedsOptions {
  readonly variance: Variance;
  readonly decoder: BoundOptions['decoder'];
}

/**
 * What the terms of the bound are made of in a graph. With e = F − target the mean of a step is off by g·e, whatever is
 * predicted, so that x itself does not occur:
 *
 *   g = (coefficient of x₀ in the posterior's mean)·(coefficient of F in x₀)
 */
export function boundFeeds(
  batch: NoisedBatch,
  given: PrepareOptions,
  { variance, decoder }: BoundFeedsOptions,
): BoundFeeds {
  const { grid, prediction, clean } = given;
  const steps = batch.levels.map((more, row) => {
    const index = batch.index.data[row]!;
    const before = (i: number) => (i === 0 ? cleanLevel : grid.level(i - 1));
    const q = posterior(more, before(index));
    // The step down to the data is as wide as the one before it is narrow: Nichol & Dhariwal 2021, Section 3.1.
    const second = grid.count > 1 ? posterior(grid.level(1), grid.level(0)).sigma ** 2 : q.sigmaLarge ** 2;
    const at = { more, less: before(index), ...(index === 0 && { floor: second }) };
    const { constant, raw } = variance.logVariance(at);
    const posteriorVariance = index === 0 ? second : q.sigma ** 2;
    const gain = q.clean * convert({ from: prediction, to: x0, level: more }).raw;
    return { index, gain, posterior: Math.log(posteriorVariance), constant, raw };
  });
  return {
    ...(decoder === 'discretised' && { clean }),
    target: mixRows({ clean, noise: batch.noise, mixes: batch.levels.map(prediction.mix) }),
    gain: column(steps.map(({ gain }) => gain)),
    posterior: column(steps.map(({ posterior }) => posterior)),
    variance: column(steps.map(({ constant }) => constant)),
    ...(variance.learned && { range: column(steps.map(({ raw }) => raw)) }),
    decoded: column(steps.map(({ index }) => (index === 0 ? 1 : 0))),
    steps: floats([steps.length], new Float32Array(steps.length).fill(grid.count)),
  };
}

export interface BoundOptions {
  /** F − target, [B, …]. */
  readonly error: Tensor;
  readonly variance: NetworkAnswer['variance'];
  readonly decoder: 'discretised' | 'density';
  readonly values: number;
}

/**
 * N·L_{t−1} of each sample in bits per dimension, an unbiased guess at the whole bound without L_T when t is uniform:
 *
 *   L_{t−1} = ½·(ln σ² − ln σ_Q² + (σ_Q² + (g·e)²)/σ² − 1),   L_0 of the decoder where t is the first
 *
 * The discretised decoder has Φ(z) = 1/(1 + e^{−2√(2/π)·(z + 0.044715·z³)}), whose logarithm stays exact in the tails.
 * Ho et al. 2020, arXiv:2006.11239, Equations 5 and 13; Nichol & Dhariwal 2021, arXiv:2102.09672, Equation 15.
 */
export function boundTerm({ shape, fed }: LossGraph, { error, variance, decoder, values }: BoundOptions): Tensor {
  const [B = 0] = shape;
  const row = (name: FeedName): Tensor => overSample(fed(name, [B]), shape);
  const off = mul(error, row('gain')); // model's mean − posterior's mean
  const logVariance = variance ? add(row('variance'), mul(variance, row('range'))) : row('variance');
  const scaled = mul(square(off), exp(neg(logVariance)));
  const ratio = sub(row('posterior'), logVariance); // ln σ_Q²/σ²
  const kl = mul(sub(add(exp(ratio), scaled), add(ratio, 1)), 0.5);
  const nats =
    decoder === 'density'
      ? mul(add(add(logVariance, Math.log(2 * Math.PI)), scaled), 0.5)
      : neg(discretised({ off, logVariance, clean: fed('clean'), values }));
  const term = where(greater(row('decoded'), 0.5), nats, kl);
  return mul(meanPerSample(term), mul(fed('steps', [B]), 1 / Math.LN2));
}

interface DiscretisedGraph {
  readonly off: Tensor;
  readonly logVariance: Tensor;
  readonly clean: Tensor;
  readonly values: number;
}

/** ln of the probability of each value's bin, under a Gaussian whose mean is off by `off`. */
function discretised({ off, logVariance, clean, values }: DiscretisedGraph): Tensor {
  const delta = 1 / (values - 1);
  const r = exp(mul(logVariance, -0.5));
  const distance = abs(off);
  // Φ(b) − Φ(a) with both ends on the side where Φ is small
  const high = logCdf(mul(sub(delta, distance), r));
  const low = logCdf(mul(neg(add(distance, delta)), r));
  const inside = add(high, log(maximum(sub(1, exp(sub(low, high))), 1e-7)));
  const first = logCdf(mul(sub(delta, off), r)); // from −∞ to the end of the first bin
  const last = logCdf(mul(add(delta, off), r));
  return where(less(clean, -1 + delta), first, where(greater(clean, 1 - delta), last, inside));
}

/** ln Φ(z) = −softplus(−2√(2/π)·(z + 0.044715·z³)). */
function logCdf(z: Tensor): Tensor {
  const bounded = clamp(z, { min: -1e6, max: 1e6 });
  const u = mul(add(bounded, mul(mul(square(bounded), bounded), 0.044715)), Math.sqrt(2 / Math.PI));
  return neg(softplus(mul(u, -2)));
}

export const varianceNamed = (name: (typeof varianceOption)['default']): Variance => variances.entries[name];
