import { ToolkitError } from '../../core/errors.js';
import { sizeOf } from '../../core/host-array.js';
import { isFloats } from '../../core/values.js';

export interface ErrorNormOptions<X> {
  readonly who: string;
  readonly error: X;
  /** Values whose magnitudes, the larger of the two, the relative tolerance goes with. */
  readonly between: readonly [X, X];
  readonly atol: number;
  readonly rtol: number;
}

/**
 * How large an error is against what is tolerated: √(mean of (e/(atol + rtol·max(|a|, |b|)))²), of the worst row of a
 * batch. Up to 1 is good enough. Hairer, Nørsett & Wanner 1993, "Solving Ordinary Differential Equations I", II.4.11.
 */
export function errorNorm<X>({ who, error, between: [a, b], atol, rtol }: ErrorNormOptions<X>): number {
  if (typeof error === 'number') {
    return Math.abs(error) / (atol + rtol * Math.max(Math.abs(a as number), Math.abs(b as number)));
  }
  if (!(isFloats(error) && isFloats(a) && isFloats(b))) {
    throw new ToolkitError('bad-value', `${who} needs numbers to measure its error. Sample on host arrays.`);
  }
  const size = sizeOf(error.shape.slice(1));
  let worst = 0;
  for (let from = 0; from < error.data.length; from += size) {
    let sum = 0;
    for (let i = from; i < from + size; i++) {
      sum += (error.data[i]! / (atol + rtol * Math.max(Math.abs(a.data[i]!), Math.abs(b.data[i]!)))) ** 2;
    }
    worst = Math.max(worst, Math.sqrt(sum / size));
  }
  return worst;
}
