import { ToolkitError } from '../../core/errors.js';
import { defineRegistry } from '../../core/registry.js';
import type { Level } from '../level.js';

/**
 * What a network may be asked for. Each is a linear combination of the two things that made x = α·clean + σ·noise,
 *
 *   target = a·clean + b·noise,
 *
 * so one pair of equations in two unknowns converts any of them into any other. This is the only file that does.
 */
export interface Prediction {
  readonly name: string;
  /** a and b at a level. */
  readonly mix: (level: Level) => Mix;
}

export interface Mix {
  readonly clean: number;
  readonly noise: number;
}

/** ε: the noise. Ho et al. 2020, arXiv:2006.11239, Equation 14. */
export const epsilon: Prediction = { name: 'epsilon', mix: () => ({ clean: 0, noise: 1 }) };

/** x₀: the data. */
export const x0: Prediction = { name: 'x0', mix: () => ({ clean: 1, noise: 0 }) };

/** v = α·ε − σ·x₀. Salimans & Ho 2022, arXiv:2202.00512, Section 4. */
export const v: Prediction = { name: 'v', mix: ({ alpha, sigma }) => ({ clean: -sigma, noise: alpha }) };

/** ∇ log q(x | x₀) = −ε/σ. Vincent 2011; Song et al. 2021, arXiv:2011.13456, Equation 7. */
export const score: Prediction = { name: 'score', mix: ({ sigma }) => ({ clean: 0, noise: -1 / sigma }) };

/** u = ε − x₀: the velocity of the straight path from data to noise. Liu et al. 2022, arXiv:2209.03003, Equation 1. */
export const flow: Prediction = { name: 'flow', mix: () => ({ clean: -1, noise: 1 }) };

export const predictions = defineRegistry('prediction', { epsilon, x0, v, score, flow });

export type PredictionName = keyof typeof predictions.entries;

/** A wanted quantity out of what is at hand: `x`·x + `raw`·(network output). */
export interface Conversion {
  readonly x: number;
  readonly raw: number;
}

export interface ConvertOptions {
  readonly from: Prediction;
  readonly to: Prediction;
  readonly level: Level;
}

/**
 * The coefficients that turn (x, prediction `from`) into prediction `to`.
 *
 *   x   = α·clean + σ·noise          clean = (b·x − σ·raw)/(αb − σa)
 *   raw = a·clean + b·noise    ⇒     noise = (α·raw − a·x)/(αb − σa)
 *
 * @example
 * import { convert, epsilon, x0 } from 'langevin/diffusion';
 * convert({ from: epsilon, to: x0, level: { alpha: 0.5, sigma: 0.75 } }); // → { x: 2, raw: -1.5 }
 */
export function convert({ from, to, level }: ConvertOptions): Conversion {
  const { alpha, sigma } = level;
  if (from.name === to.name) return { x: 0, raw: 1 };
  const { clean: a, noise: b } = from.mix(level);
  const wanted = to.mix(level);
  const determinant = alpha * b - sigma * a;
  // A prediction of one ingredient alone gives that one even where the level hides the other.
  const clean = b === 0 ? { x: 0, raw: 1 / a } : { x: b / determinant, raw: -sigma / determinant };
  const noise = a === 0 ? { x: 0, raw: 1 / b } : { x: -a / determinant, raw: alpha / determinant };
  const x = mixed(wanted, clean.x, noise.x);
  const raw = mixed(wanted, clean.raw, noise.raw);
  if (!(Number.isFinite(x) && Number.isFinite(raw))) {
    throw new ToolkitError(
      'undefined-prediction',
      `${from.name} does not determine ${to.name} at alpha = ${alpha}, sigma = ${sigma}. ` +
        'Use a prediction that does (v does at every level), or levels that stop short of this one.',
    );
  }
  return { x, raw };
}

/** a·clean + b·noise, where a coefficient of 0 hides an infinite partner; never −0, which prints badly. */
const mixed = ({ clean: a, noise: b }: Mix, clean: number, noise: number): number =>
  (a === 0 ? 0 : a * clean) + (b === 0 ? 0 : b * noise) + 0;

/**
 * How much the squared error of a prediction weighs against that of v of the same x, level and estimate.
 * Moving the estimate along x = const changes (clean, noise) by (σ, −α)·e, hence the target by (aσ − bα)·e,
 * and v by −(α² + σ²)·e.
 */
export function errorScale(prediction: Prediction, level: Level): number {
  const { alpha, sigma } = level;
  const { clean: a, noise: b } = prediction.mix(level);
  return ((a * sigma - b * alpha) / (alpha ** 2 + sigma ** 2)) ** 2;
}
