import { ToolkitError } from '../../core/errors.js';
import type { Space } from '../../core/space.js';
import type { Denoiser } from '../sampler.js';
import type { Batch } from './batch.js';
import type { Pullback } from './edit.js';
import type { Measurement } from './measurement.js';

export interface PseudoInverseOptions {
  readonly denoise: Denoiser<Batch>;
  readonly measurement: Measurement;
  /** y: what was seen. */
  readonly measured: Batch;
  readonly pullback: Pullback<Batch>;
  /** Factor of the guidance; 1 is what the derivation says. */
  readonly scale: number;
  readonly space: Space<Batch>;
}

/**
 * Pseudo-inverse guidance: the likelihood of y given x as a Gaussian that has width, clean | x ~ N(D(x), r²·I).
 *
 *   D̃ = D + (σ²/α)·∇_x ln N(y; A·D, r²·A·Aᵀ) = D + (σ²/α)/(r²·c)·Jᵀ·Aᵀ·(y − A·D)
 *   r² = σ²/(α² + σ²),   A·Aᵀ = c·I
 *
 * Song et al. 2023, "Pseudoinverse-guided diffusion models for inverse problems" (ICLR), Equations 7 and 8 and Section 3.2
 * for r. Exact where the data is N(0, I); a denoiser, so every sampler can walk it.
 */
export function pseudoInverse(options: PseudoInverseOptions): Denoiser<Batch> {
  const { denoise, measurement, measured, pullback, scale, space } = options;
  const c = gramOf(measurement);
  return async (x, level) => {
    const denoised = await denoise(x, level);
    const { alpha, sigma } = level;
    if (scale === 0 || alpha === 0) return denoised;
    const r = space.lincomb([1, measured], [-1, measurement.apply(denoised)]);
    const g = await pullback(x, level, measurement.adjoint(r, x.shape));
    return space.lincomb([1, denoised], [(scale * (alpha ** 2 + sigma ** 2)) / (alpha * c), g]);
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
