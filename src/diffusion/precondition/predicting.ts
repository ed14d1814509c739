import type { Level } from '../level.js';
import { convert, type Prediction, x0 } from '../processes/predictions.js';
import type { Precondition } from './precondition.js';

export interface PredictingOptions {
  readonly level: Level;
  /** The level in the scale of x that the network knows. */
  readonly seen: Level;
  readonly prediction: Prediction;
  readonly cNoise: number;
}

/** The coefficients of a network that predicts, on x brought to its own scale: c_skip and c_out from the prediction. */
export function predicting({ level, seen, prediction, cNoise }: PredictingOptions): ReturnType<Precondition> {
  const cIn = level.alpha > level.sigma ? seen.alpha / level.alpha : seen.sigma / level.sigma;
  const clean = convert({ from: prediction, to: x0, level: seen });
  return { cSkip: clean.x * cIn, cOut: clean.raw, cIn, cNoise };
}
