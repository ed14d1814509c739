import { ToolkitError } from '../../core/errors.js';
import { errorScale, x0 } from '../processes/predictions.js';
import type { WeightAt } from './weighting.js';

export interface CleanWeight extends WeightAt {
  /** The weight as papers state it: on the squared error of x₀. */
  readonly clean: number;
}

/**
 * A weight on the error of x₀, expressed on the error of what is predicted: w·‖Δx₀‖² = w′·‖Δtarget‖².
 * For ε it is w/SNR, for v of variance-preserving levels w/(SNR + 1).
 */
export function inErrorOf({ clean, prediction, level }: CleanWeight): number {
  const weight = (clean * errorScale(x0, level)) / errorScale(prediction, level);
  if (Number.isFinite(weight)) return weight;
  throw new ToolkitError(
    'undefined-prediction',
    `${prediction.name} does not determine x0 at alpha = ${level.alpha}, sigma = ${level.sigma}, so its error cannot be ` +
      'weighted there. Use v, or the uniform weighting, or levels that stop short of this one.',
  );
}
