import { ToolkitError } from '../../../core/errors.js';
import { magnitude } from '../../../diffusion/level.js';
import type { Landing } from '../../landing.js';
import type { Batch } from '../batch.js';
import type { Pullback } from '../edit.js';
import type { Measurement } from '../measurement.js';

export interface PseudoInverseOptions {
  readonly measurement: Measurement;
  /** y: what was seen. */
  readonly measured: Batch;
  readonly pullback: Pullback<Batch>;
  /** Factor of the guidance; 1 is as published. */
  readonly scale: number;
}

/**
 * Pseudo-inverse guidance: the likelihood of y given x as a Gaussian that has width, clean | x ~ N(D(x), r²·I), whose
 * gradient goes through the pseudo-inverse A⁺ = Aᵀ/c, A·Aᵀ = c·I, and is weighted by r²:
 *
 *   x′ ← x′ + α·Jᵀ·A⁺·(y − A·D(x)),   J = ∂D/∂x
 *
 * Song et al. 2023, "Pseudoinverse-guided diffusion models for inverse problems" (ICLR), Algorithm 1, on
 * variance-preserving levels; times the size of x at both, so that the scale of x does not matter. Where D is far from y
 * it steps further than `posteriorSampling`, and less far where noise is high.
 */
export function pseudoInverse({ measurement, measured, pullback, scale }: PseudoInverseOptions): Landing<Batch> {
  const c = gramOf(measurement);
  return async ({ x, from, to, landed, denoised, lincomb }) => {
    if (scale === 0 || from.alpha === 0) return landed;
    const r = lincomb([1, measured], [-1, measurement.apply(denoised)]);
    const g = await pullback(x, from, measurement.adjoint(r, x.shape));
    return lincomb([1, landed], [(scale * from.alpha * magnitude(to)) / c, g]);
  };
}

/** c of A·Aᵀ = c·I, for rules that cannot do without. */
export function gramOf({ name, gram }: Measurement): number {
  if (gram !== null) return gram;
  throw new ToolkitError(
    'bad-option',
    `${name} has no short pseudo-inverse, which the rules pigdm and ddnm need. Take the rule dps.`,
  );
}
