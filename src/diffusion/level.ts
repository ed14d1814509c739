import { show, ToolkitError } from '../core/errors.js';

/**
 * One level of noise: x = α·clean + σ·noise.
 *
 * Both scales are kept, not only their ratio, so that pure noise (α = 0, the end of a zero-terminal-SNR or a flow
 * schedule) is as ordinary a level as any other, and so that a network trained on x needs no rescaling of x.
 * α = 1 everywhere is the (x, σ) notation of Karras et al. 2022.
 */
export interface Level {
  readonly alpha: number;
  readonly sigma: number;
  /** What the network is told of this level, where steps say so; otherwise it follows from the ratio α/σ. */
  readonly cNoise?: number;
}

/** The level without noise. */
export const cleanLevel: Level = Object.freeze({ alpha: 1, sigma: 0 });

/** SNR = α²/σ². */
export const snr = ({ alpha, sigma }: Level): number => (alpha / sigma) ** 2;

/** λ = ln α²/σ²: +∞ at the data, −∞ at pure noise. */
export const logSnr = ({ alpha, sigma }: Level): number => 2 * Math.log(alpha / sigma);

/** √(α² + σ²): the standard deviation of x when the data has unit variance. */
export const magnitude = ({ alpha, sigma }: Level): number => Math.hypot(alpha, sigma);

/** ln(α/σ), half the log-SNR: the λ of solvers (DPM-Solver, arXiv:2206.00927, Section 2.1). */
export const halfLogSnr = ({ alpha, sigma }: Level): number => Math.log(alpha / sigma);

/** Whether a step adds noise: the signal-to-noise ratio falls. */
export const isNoisier = (to: Level, from: Level): boolean => to.sigma * from.alpha > from.sigma * to.alpha;

export interface BetweenOptions {
  readonly from: Level;
  readonly to: Level;
  /** Half the log-SNR, ln(α/σ), of the wanted level; see `halfLogSnr`. */
  readonly lambda: number;
}

/**
 * The level of half log-SNR λ = ln(α/σ) on the way from one level to another, in the scale that both have:
 *
 *   α equal:       α,  σ = α·e^{−λ}                            (α = 1: variance exploding)
 *   α + σ equal:   α = s/(1 + e^{−λ}),   σ = s/(1 + e^{λ})     (straight paths)
 *   otherwise:     α = m/√(1 + e^{−2λ}), σ = m/√(1 + e^{2λ})   (variance preserving: m = √(α² + σ²) of both)
 *
 * Where the magnitudes m differ too, ln m is interpolated linearly in λ. λ = +∞ is the clean level and −∞ pure noise;
 * from pure noise to clean data alone both of the last two rules fit, and the straight path is taken.
 *
 * @example
 * import { between } from 'langevin/diffusion';
 * between({ from: { alpha: 1, sigma: 8 }, to: { alpha: 1, sigma: 2 }, lambda: -Math.log(4) }).sigma; // → 4
 * between({ from: { alpha: 0, sigma: 1 }, to: { alpha: 0.75, sigma: 0.25 }, lambda: 0 }).alpha; // → 0.5
 */
export function between({ from, to, lambda }: BetweenOptions): Level {
  if (Number.isNaN(lambda) || (from.alpha === to.alpha && lambda === -Infinity)) {
    const expected = Number.isNaN(lambda) ? 'a number' : `above −∞ where alpha stays ${from.alpha}`;
    throw new ToolkitError(
      'bad-level',
      `between: lambda must be ${expected}, got ${show(lambda)}. Pass ln(alpha/sigma) of the level you want.`,
    );
  }
  if (from.alpha === to.alpha) return { alpha: from.alpha, sigma: from.alpha * Math.exp(-lambda) };

  const [sum, sumTo] = [from.alpha + from.sigma, to.alpha + to.sigma];
  const [norm, normTo] = [magnitude(from), magnitude(to)];
  // Two variance-preserving levels mirrored at 45° have equal sums by chance; on straight paths the sum is 1.
  if (alike(sum, sumTo) && (alike(sum, 1) || !alike(norm, normTo))) {
    return { alpha: sum / (1 + Math.exp(-lambda)), sigma: sum / (1 + Math.exp(lambda)) };
  }
  const m = alike(norm, normTo) ? norm : norm * (normTo / norm) ** fraction({ from, to, lambda });
  return { alpha: m / Math.hypot(1, Math.exp(-lambda)), sigma: m / Math.hypot(1, Math.exp(lambda)) };
}

const alike = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(a, b);

/** Where λ lies between two levels, as a fraction in [0, 1]; an infinitely long way counts as not begun. */
function fraction({ from, to, lambda }: BetweenOptions): number {
  const [a, b] = [halfLogSnr(from), halfLogSnr(to)];
  if (lambda === b) return 1;
  if (!(Number.isFinite(a) && Number.isFinite(b))) return Number.isFinite(a) || lambda === a ? 0 : 1;
  return a === b ? 0 : (lambda - a) / (b - a);
}
