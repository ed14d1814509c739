import { show, ToolkitError } from '../core/errors.js';
import type { ScheduleKind } from './kind.js';
import { cleanLevel, type Level, logSnr } from './level.js';
import { jump } from './processes/jump.js';
import { noBetas } from './schedule.js';

/**
 * The noise levels a model was trained on: `index` 0 is the least noisy, `count − 1` the most.
 *
 * Of variance-preserving schedules it is a chain made by its β: ᾱ_i = Π_{j ≤ i} (1 − β_j), α = √ᾱ, σ = √(1 − ᾱ);
 * Ho et al. 2020, arXiv:2006.11239, Equation 4. Of the other kinds it is `count` points on a curve, which may also be
 * asked between whole indices.
 */
export interface Grid {
  readonly count: number;
  readonly kind: ScheduleKind;
  /** Whether `level` may be asked between whole indices. */
  readonly continuous: boolean;
  /** β of every index; an error where no β makes the levels. */
  readonly betas: Float64Array;
  /** ᾱ of every index; an error where no β makes the levels. */
  readonly alphasCumprod: Float64Array;
  level(index: number): Level;
  /** λ = ln α²/σ² at an index. */
  logSnr(index: number): number;
  /** The SDE that makes the step from the level one index below (below 0: from clean data) to this one. */
  rates(index: number): Rates;
  /**
   * The index whose level has the signal-to-noise ratio of `level`, interpolated in log-SNR between two indices.
   * Beyond the ends the nearest end answers: a network has nothing to say about levels it never saw.
   */
  indexOf(level: Level): number;
}

/** What a schedule has at a time, of one step of a grid. Time runs from 0 to 1 over the whole grid. */
export interface Rates {
  /** β = −2f. */
  readonly beta: number;
  /** f, held over the step. */
  readonly drift: number;
  /** g, held over the step. */
  readonly diffusion: number;
  /** dλ/dt = −g²/σ² at the end of the step. */
  readonly logSnrSlope: number;
}

export interface GridParts extends Pick<Grid, 'count' | 'kind'> {
  /** Time between two indices. */
  readonly step: number;
  readonly levelAt: (index: number) => Level;
  /** Where a log-SNR lies on a curve; null where there are no levels between whole indices. */
  readonly placeOf: ((lambda: number) => number) | null;
  /** β of every index; null where no β makes the levels. */
  readonly betas: Float64Array | null;
}

/** A grid out of its levels: what is asked is checked, the rest follows. */
export function makeGrid({ count, kind, step, levelAt, placeOf, betas }: GridParts): Grid {
  const level = (index: number): Level => {
    if (index >= 0 && index <= count - 1 && (placeOf || Number.isInteger(index))) return levelAt(index);
    const noun = placeOf ? 'a number' : 'an integer';
    throw new ToolkitError('bad-index', `grid: index must be ${noun} in [0, ${count - 1}], got ${show(index)}.`);
  };
  const curve = placeOf ? null : Float64Array.from({ length: count }, (_, index) => logSnr(levelAt(index)));
  const place = placeOf ?? ((lambda: number) => search(curve!, lambda));
  const alphasCumprod = betas && cumulative(betas);
  return Object.freeze({
    count,
    kind,
    continuous: placeOf !== null,
    level,
    logSnr: (index: number) => logSnr(level(index)),
    rates(index: number) {
      return ratesOf({ from: index < 1 ? cleanLevel : level(index - 1), to: level(index), step });
    },
    indexOf: (at: Level) => snapped(Math.min(count - 1, Math.max(0, place(logSnr(at)))), count),
    get betas() {
      return betas ?? fail(kind);
    },
    get alphasCumprod() {
      return alphasCumprod ?? fail(kind);
    },
  });
}

const fail = (kind: ScheduleKind): never => {
  throw noBetas({ who: 'grid', kind });
};

/** ᾱ_i = Π_{j ≤ i} (1 − β_j). */
export function cumulative(betas: Float64Array): Float64Array {
  let product = 1;
  return betas.map((beta) => (product *= 1 - beta));
}

interface RatesAt {
  readonly from: Level;
  readonly to: Level;
  readonly step: number;
}

/**
 * The f and g that, held for a time h, make the jump α_{t|s}, σ²_{t|s} between two levels:
 *
 *   f = ln α_{t|s}/h,   g² = σ²_{t|s}·2f/(e^{2fh} − 1)
 *
 * For variance-preserving levels −2fh = g²h = −ln(1 − β), which is β in the limit of many steps.
 */
function ratesOf({ from, to, step: h }: RatesAt): Rates {
  const { scale, sigma } = jump(from, to);
  const drift = Math.log(scale) / h + 0;
  const growth = Math.expm1(2 * drift * h);
  const variance = sigma ** 2 * (growth === 0 ? 1 / h : (2 * drift) / growth);
  return { beta: 0 - 2 * drift, drift, diffusion: Math.sqrt(variance), logSnrSlope: -variance / to.sigma ** 2 };
}

/** Where λ lies on a falling log-SNR curve. */
function search(curve: Float64Array, lambda: number): number {
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
  return low + fraction;
}

/** Rounding is not a place between two levels. */
const snapped = (index: number, count: number): number =>
  Math.abs(index - Math.round(index)) < 1e-9 * count ? Math.round(index) : index;
