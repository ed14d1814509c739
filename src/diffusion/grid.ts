import { show, ToolkitError } from '../core/errors.js';
import { type Level, logSnr } from './level.js';
import type { Schedule, ScheduleKind } from './schedule.js';

/**
 * The noise levels a discrete-time model was trained on: `index` 0 is the least noisy, `count − 1` the most.
 * ᾱ_i = Π_{j ≤ i} (1 − β_j), α = √ᾱ, σ = √(1 − ᾱ). Ho et al. 2020, arXiv:2006.11239, Equation 4.
 */
export interface Grid {
  readonly count: number;
  /** What α and σ of its levels have to do with each other. */
  readonly kind: ScheduleKind;
  /** Whether there are levels between its indices too: then `level` takes fractions. */
  readonly continuous: boolean;
  readonly betas: Float64Array;
  readonly alphasCumprod: Float64Array;
  level(index: number): Level;
  /**
   * The index whose level has the signal-to-noise ratio of `level`, interpolated in log-SNR between two indices.
   * Beyond the ends the nearest end answers: a network has nothing to say about levels it never saw.
   */
  indexOf(level: Level): number;
}

export interface GridOptions {
  readonly schedule: Schedule;
  /** Number of training steps. */
  readonly count?: number;
  /** Shifts and scales √ᾱ so that the last level is pure noise. */
  readonly zeroTerminalSnr?: boolean;
}

/**
 * Cuts a schedule into training steps.
 *
 * @example
 * import { cosine, grid } from 'langevin/diffusion';
 * const training = grid({ schedule: cosine(), count: 1000 });
 * training.indexOf(training.level(250)); // → 250
 */
export function grid({ schedule, count = 1000, zeroTerminalSnr = false }: GridOptions): Grid {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new ToolkitError('bad-option', `grid: count must be an integer ≥ 1, got ${show(count)}.`);
  }
  const betas = schedule.betas(count);
  return gridFromBetas(zeroTerminalSnr ? withZeroTerminalSnr(betas) : betas);
}

/** The grid of a chain given by its β, one per training step. */
export function gridFromBetas(given: ArrayLike<number>): Grid {
  const betas = Float64Array.from(given);
  const wrong = betas.findIndex((beta) => !(beta >= 0 && beta <= 1));
  if (wrong >= 0 || betas.length === 0) {
    throw new ToolkitError(
      'bad-option',
      betas.length === 0
        ? 'gridFromBetas: expected at least one beta, got none.'
        : `gridFromBetas: betas must be in [0, 1], got ${show(betas[wrong])} at index ${wrong}.`,
    );
  }
  let product = 1;
  const alphasCumprod = betas.map((beta) => (product *= 1 - beta));
  const level = (index: number): Level => {
    if (!(Number.isInteger(index) && index >= 0 && index < betas.length)) {
      throw new ToolkitError(
        'bad-index',
        `grid: index must be an integer in [0, ${betas.length - 1}], got ${show(index)}.`,
      );
    }
    return { alpha: Math.sqrt(alphasCumprod[index]!), sigma: Math.sqrt(1 - alphasCumprod[index]!) };
  };
  const curve = Float64Array.from(betas, (_, index) => logSnr(level(index)));
  return Object.freeze({
    count: betas.length,
    kind: 'variance-preserving',
    continuous: false,
    betas,
    alphasCumprod,
    level,
    indexOf: (at: Level) => search(curve, at),
  });
}

/** Where `level` lies on a falling log-SNR curve. */
function search(curve: Float64Array, level: Level): number {
  const lambda = logSnr(level);
  const last = curve.length - 1;
  if (lambda >= curve[0]!) return 0;
  if (lambda <= curve[last]!) return last;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curve[middle]! >= lambda) low = middle;
    else high = middle;
  }
  const [above, below] = [curve[low]!, curve[high]!];
  // Next to pure noise λ = −∞ is no place to interpolate from; the ratio α/σ = e^{λ/2} falls to 0 there.
  const fraction = Number.isFinite(below) ? (above - lambda) / (above - below) : 1 - Math.exp((lambda - above) / 2);
  const index = low + fraction;
  return Math.abs(index - Math.round(index)) < 1e-9 * curve.length ? Math.round(index) : index;
}

/**
 * √ᾱ′_i = (√ᾱ_i − √ᾱ_T)·√ᾱ_0 / (√ᾱ_0 − √ᾱ_T): the first level stays, the last has no signal left.
 * Lin et al. 2023, arXiv:2305.08891, Algorithm 1.
 */
export function withZeroTerminalSnr(betas: ArrayLike<number>): Float64Array {
  let product = 1;
  const roots = Float64Array.from(betas, (beta) => Math.sqrt((product *= 1 - beta)));
  const [first, last] = [roots[0]!, roots[roots.length - 1]!];
  const rescaled = roots.map((root) => ((root - last) * first) / (first - last));
  return rescaled.map((root, i) => 1 - (root / (i === 0 ? 1 : rescaled[i - 1]!)) ** 2);
}
