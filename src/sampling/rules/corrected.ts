import type { Term } from '../../core/space.js';
import type { Past, Step } from '../sampler.js';
import type { Varying } from './exponential.js';

export interface CorrectedOptions<X> {
  /** What the predictor added to the start of its step, as far as the corrector replaces it. */
  readonly predicted: readonly Term<X>[];
  /** What takes its place. */
  readonly better: readonly Term<X>[];
  readonly of: Varying;
  readonly lincomb: Step<X>['lincomb'];
}

/**
 * Where a predictor arrived, moved by a corrector, with what the model said where it was asked:
 *
 *   x′ = x + Σ better − Σ predicted
 *   D′ = D,  or D + (x′ − x)/α where the noise varies slowly: it stays that of x, and with x′ goes another clean value
 */
export function corrected<X>(
  { level, x: reached, denoised }: Past<X>,
  { predicted, better, of, lincomb }: CorrectedOptions<X>,
): Past<X> {
  const x = lincomb([1, reached], ...better, ...predicted.map(([w, value]) => [-w, value] as const));
  if (of === 'data') return { level, x, denoised };
  return { level, x, denoised: lincomb([1, denoised], [1 / level.alpha, x], [-1 / level.alpha, reached]) };
}
