import { rowNorms, scaleRows } from '../../../core/rowwise.js';
import { magnitude } from '../../../diffusion/level.js';
import type { Landing } from '../../landing.js';
import type { Batch } from '../batch.js';
import type { Pullback } from '../edit.js';
import type { Measurement } from '../measurement.js';

export interface PosteriorSamplingOptions {
  readonly measurement: Pick<Measurement, 'apply' | 'adjoint'>;
  /** y: what was seen. */
  readonly measured: Batch;
  readonly pullback: Pullback<Batch>;
  /** ζ′: how long the steps towards y are. */
  readonly scale: number;
}

/**
 * Diffusion posterior sampling: after every step a step towards pictures that would be seen as y.
 *
 *   x′ ← x′ − ζ·∇_x ‖y − A·D(x)‖²,   ζ = ζ′/(2·‖y − A·D(x)‖)
 *      = x′ + ζ′·Jᵀ·Aᵀ·r/‖r‖,        r = y − A·D(x),  J = ∂D/∂x
 *
 * Chung et al. 2023, arXiv:2209.14687, Algorithm 1, with the step size of their programs, one for each picture; times the
 * size of x at both levels, so that the scale of x does not matter. A limit of the clean value counts for r and is not
 * differentiated. The likelihood of y given x is taken at D(x) alone, as if the posterior of the clean picture had no
 * width: ends are drawn to y too early and too hard or too little, which no ζ′ cures at all levels.
 */
export function posteriorSampling({
  measurement,
  measured,
  pullback,
  scale,
}: PosteriorSamplingOptions): Landing<Batch> {
  return async ({ x, from, to, landed, denoised, lincomb }) => {
    if (scale === 0 || from.alpha === 0) return landed;
    const r = lincomb([1, measured], [-1, measurement.apply(denoised)]);
    const lengths = rowNorms('posteriorSampling', r);
    const unit = scaleRows(
      'posteriorSampling',
      r,
      lengths.map((length) => (length > 0 ? 1 / length : 0)),
    );
    const g = await pullback(x, from, measurement.adjoint(unit, x.shape));
    return lincomb([1, landed], [scale * magnitude(from) * magnitude(to), g]);
  };
}
