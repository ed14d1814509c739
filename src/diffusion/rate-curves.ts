import type { CurveDetails } from './schedule.js';

export interface RateCurvesOptions {
  /** β(t). */
  readonly rate: (t: number) => number;
  /** B(t) = ∫₀ᵗ β. */
  readonly total: (t: number) => number;
}

/**
 * The variance-preserving curves of a rate β(t):
 *
 *   α²(t) = e^{−B(t)},   σ²(t) = 1 − e^{−B(t)},   B(t) = ∫₀ᵗ β,   f = −β/2
 *
 * Song et al. 2021, arXiv:2011.13456, Equation 29. λ = −ln(e^B − 1), of which no form loses digits.
 */
export const rateCurves = ({ rate, total }: RateCurvesOptions): CurveDetails => ({
  alpha: (t) => Math.exp(-total(t) / 2),
  sigma: (t) => Math.sqrt(-Math.expm1(-total(t))),
  logSnr: (t) => -(total(t) + Math.log(-Math.expm1(-total(t)))),
  drift: (t) => -rate(t) / 2,
});

/** The length of the chain that the β of a table belong to: their rate is this times larger. */
export const chainLength = 1000;
