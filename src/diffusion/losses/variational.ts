import { show, ToolkitError } from '../../core/errors.js';
import { type HostArray, sizeOf } from '../../core/host-array.js';
import type { Grid } from '../grid.js';
import { cleanLevel, type Level } from '../level.js';
import { posterior } from '../processes/posterior.js';
import { type DiscretisedOptions, discretisedLogLikelihood, gaussianLogDensity, normalKl } from './gaussian-terms.js';

/**
 * The variational bound of a chain, term by term, in bits per dimension:
 *
 *   −log₂ p(x₀)/D ≤ L_T + Σ_{t > 1} L_{t−1} + L_0
 *   L_T     = KL(q(x_T | x₀) ‖ N(0, 1))                     nothing to learn
 *   L_{t−1} = KL(q(x_{t−1} | x_t, x₀) ‖ p(x_{t−1} | x_t))    one per training index but the first
 *   L_0     = −log p(x₀ | x_1)                               the decoder
 *
 * Ho et al. 2020, arXiv:2006.11239, Equation 5; Nichol & Dhariwal 2021, arXiv:2102.09672, Equations 4–7.
 */
export interface BoundTermsOptions {
  /** Data, one sample per row: [B, …]. */
  readonly clean: HostArray<'float32'>;
  /** The noised data at the level of each row's index. */
  readonly x: HostArray<'float32'>;
  /** Training index of each row: i is the step from level i to level i − 1, 0 the decoder. */
  readonly indices: ArrayLike<number>;
  readonly grid: Grid;
  /** Mean of p(x_{t−1} | x_t) as the model says. */
  readonly mean: HostArray<'float32'>;
  /** Its ln variance, for each value or one number a row. */
  readonly logVariance: HostArray<'float32'> | ArrayLike<number>;
  /** What the data is: rounded to so many values in [−1, 1], or real numbers; bytes unless told. */
  readonly decoder?: Decoder;
}

/** How L_0 counts: the probability of a rounded value, or the density of a real one. */
export type Decoder = (DiscretisedOptions & { readonly kind: 'discretised' }) | { readonly kind: 'density' };

/** L_{t−1} of each row, or L_0 where its index is 0, in bits per dimension. */
export function boundTerms(options: BoundTermsOptions): Float64Array {
  const { clean, x, indices, grid, mean, decoder = { kind: 'discretised' } } = options;
  const [count = 0, ...rest] = clean.shape;
  const size = sizeOf(rest);
  checkShapes(options);
  const variance = logVarianceOf(options.logVariance, size);
  return Float64Array.from({ length: count }, (_, row) => {
    const index = indices[row]!;
    const q = posterior(grid.level(index), index === 0 ? cleanLevel : grid.level(index - 1));
    const qLogVariance = 2 * Math.log(q.sigma);
    let nats = 0;
    for (let i = row * size; i < (row + 1) * size; i++) {
      const p = { mean: mean.data[i]!, logVariance: variance(i) };
      const value = clean.data[i]!;
      if (index > 0) nats += normalKl({ mean: q.x * x.data[i]! + q.clean * value, logVariance: qLogVariance }, p);
      else
        nats -= decoder.kind === 'density' ? gaussianLogDensity(value, p) : discretisedLogLikelihood(value, p, decoder);
    }
    return bitsPerDimension(nats, size);
  });
}

export interface PriorTermsOptions {
  /** Data, one sample per row: [B, …]. */
  readonly clean: HostArray<'float32'>;
  readonly grid: Grid;
}

/**
 * L_T of each row in bits per dimension: how far the end of the chain is from the unit Gaussian that sampling starts in.
 * It is N(0, α_T² + σ_T²) where levels do not preserve variance.
 */
export function priorTerms({ clean, grid }: PriorTermsOptions): Float64Array {
  const [count = 0, ...rest] = clean.shape;
  const size = sizeOf(rest);
  const end: Level = grid.level(grid.count - 1);
  const prior = { mean: 0, logVariance: Math.log(end.alpha ** 2 + end.sigma ** 2) };
  return Float64Array.from({ length: count }, (_, row) => {
    let nats = 0;
    for (let i = row * size; i < (row + 1) * size; i++) {
      nats += normalKl({ mean: end.alpha * clean.data[i]!, logVariance: 2 * Math.log(end.sigma) }, prior);
    }
    return bitsPerDimension(nats, size);
  });
}

/** Nats of a whole sample as bits of each of its `size` values. */
export const bitsPerDimension = (nats: number, size: number): number => nats / size / Math.LN2;

function checkShapes({ clean, x, indices, mean, logVariance }: BoundTermsOptions): void {
  const rows = clean.shape[0] ?? 0;
  const whole = [x, mean, ...('data' in logVariance ? [logVariance] : [])];
  const wrong = whole.find(({ shape }) => shape.join() !== clean.shape.join());
  if (wrong) {
    throw new ToolkitError(
      'shape-mismatch',
      `boundTerms: data of shape ${show(clean.shape)} needs x, mean and logVariance of its shape, got ${show(wrong.shape)}.`,
    );
  }
  const perRow = [indices.length, ...('data' in logVariance ? [] : [logVariance.length])];
  if (perRow.every((length) => length === rows)) return;
  throw new ToolkitError(
    'shape-mismatch',
    `boundTerms: ${rows} rows need one index and one variance each, got ${perRow.join(' and ')}.`,
  );
}

/** ln variance of element i, whether given for each or for each row. */
function logVarianceOf(given: BoundTermsOptions['logVariance'], size: number): (i: number) => number {
  if ('data' in given) return (i) => given.data[i]!;
  return (i) => given[Math.floor(i / size)]!;
}
