import { ToolkitError } from '../core/errors.js';
import { type Level, magnitude } from './level.js';

/**
 * What α and σ have to do with each other:
 *
 *   variance-preserving        α² + σ² = 1
 *   sub-variance-preserving    α² + σ = 1
 *   variance-exploding         α = 1
 *   interpolating              α + σ = 1
 */
export type ScheduleKind = 'variance-preserving' | 'sub-variance-preserving' | 'variance-exploding' | 'interpolating';

/** The geometry of one kind of schedule. All of it follows from the one equation between α and σ. */
export interface Kind {
  /** The level of that kind with a given log-SNR λ = ln α²/σ². */
  readonly level: (lambda: number) => Level;
  /** What α and σ of a level of any scale are divided by to be of this kind. */
  readonly scale: (level: Level) => number;
  /** The quotient of g² and −f, from dσ²/dt − 2fσ² and f = d ln α/dt; null where f is 0 and says nothing. */
  readonly spread: ((level: Level) => number) | null;
}

/** e^{−λ/2} = σ/α. */
const ratio = (lambda: number): number => Math.exp(-lambda / 2);

/** The four kinds, by name. */
export const kinds: Readonly<Record<ScheduleKind, Kind>> = Object.freeze({
  'variance-preserving': {
    level: (lambda: number) => ({ alpha: 1 / Math.hypot(1, ratio(lambda)), sigma: 1 / Math.hypot(1, ratio(-lambda)) }),
    scale: magnitude,
    spread: () => 2, // σ² = 1 − α²: dσ²/dt = −2fα²
  },
  'sub-variance-preserving': {
    // α² + rα − 1 = 0 with r = σ/α; σ = rα, written so that r = ∞ is a number too
    level(lambda: number) {
      const [r, inverse] = [ratio(lambda), ratio(-lambda)];
      return {
        alpha: 2 / (r + Math.sqrt(r ** 2 + 4)),
        sigma: inverse === Infinity ? 0 : 2 / (1 + Math.sqrt(1 + 4 * inverse ** 2)),
      };
    },
    scale({ alpha, sigma }: Level) {
      // (α/k)² + σ/k = 1
      return (sigma + Math.sqrt(sigma ** 2 + 4 * alpha ** 2)) / 2;
    },
    spread: ({ sigma }: Level) => 2 * sigma * (2 - sigma), // σ = 1 − α²: dσ/dt = −2fα²
  },
  'variance-exploding': {
    level: (lambda: number) => ({ alpha: 1, sigma: ratio(lambda) }),
    scale: ({ alpha }: Level) => alpha,
    spread: null,
  },
  interpolating: {
    level: (lambda: number) => ({ alpha: 1 / (1 + ratio(lambda)), sigma: 1 / (1 + ratio(-lambda)) }),
    scale: ({ alpha, sigma }: Level) => alpha + sigma,
    spread: ({ sigma }: Level) => 2 * sigma, // σ = 1 − α: dσ/dt = −fα
  },
});

export interface RescaledOptions {
  readonly level: Level;
  readonly kind: ScheduleKind;
}

/**
 * The level with the same σ/α in the scale of a kind.
 *
 * @example
 * import { rescaled } from 'langevin/diffusion';
 * rescaled({ level: { alpha: 0.6, sigma: 0.8 }, kind: 'variance-exploding' }).alpha; // → 1
 * rescaled({ level: { alpha: 1, sigma: 3 }, kind: 'interpolating' }); // → { alpha: 0.25, sigma: 0.75 }
 */
export function rescaled({ level, kind }: RescaledOptions): Level {
  const scale = kinds[kind].scale(level);
  if (scale === 0) {
    throw new ToolkitError(
      'bad-level',
      `pure noise, alpha = 0 and sigma = ${level.sigma}, is no level of a ${kind} schedule. Start at a finite sigma/alpha.`,
    );
  }
  // A level in float32 is one of its kind as it stands.
  return Math.abs(scale - 1) < 2 ** -22 ? level : { ...level, alpha: level.alpha / scale, sigma: level.sigma / scale };
}
