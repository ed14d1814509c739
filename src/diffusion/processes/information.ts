import { ToolkitError } from '../../core/errors.js';
import { type Level, snr } from '../level.js';
import type { Schedule } from '../schedule.js';
import type { Mixture } from './mixture.js';

/** What is left of the signal at one time. */
export interface SnrPoint {
  readonly t: number;
  readonly snr: number;
  readonly logSnr: number;
}

export interface CurveOptions {
  readonly schedule: Schedule;
  /** Number of times, at equal distances, neither end included. */
  readonly count: number;
}

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => (i + 0.5) / count);

/**
 * SNR(t) = α²/σ² along a schedule. Kingma et al. 2021, arXiv:2107.00630, Equation 2: what a schedule is, up to its clock.
 *
 * @example
 * import { jsd, snrCurve } from 'langevin/diffusion';
 * snrCurve({ schedule: jsd(), count: 2 }).map(({ snr }) => snr); // → [3, 1 / 3]
 */
export const snrCurve = ({ schedule, count }: CurveOptions): readonly SnrPoint[] =>
  times(count).map((t) => ({ t, snr: snr(schedule.level(t)), logSnr: schedule.logSnr(t) }));

/** Entropies at one time, in nats. */
export interface EntropyPoint {
  readonly t: number;
  /** h(x_t) = −∫ p ln p. */
  readonly entropy: number;
  /** h(x_t | x₀) = ½·ln(2πe·σ²). */
  readonly noise: number;
  /** I(x₀; x_t) = h(x_t) − h(x_t | x₀): what x_t still tells of the data. */
  readonly information: number;
}

export interface EntropyCurveOptions extends CurveOptions {
  /** Data on a line. */
  readonly data: Mixture;
}

/**
 * How much of the data is left to see at every time, for a mixture in one dimension, by quadrature.
 * The loss of information is what is to be learned: dI/dSNR = ½·E(x₀ − E[x₀ | x_t])², Guo, Shamai & Verdú 2005,
 * arXiv:cs/0412108, Theorem 1, which weighs the errors of a variational bound.
 */
export const entropyCurve = ({ schedule, data, count }: EntropyCurveOptions): readonly EntropyPoint[] =>
  times(count).map((t) => {
    const level = schedule.level(t);
    const entropy = expected({ data, level, of: (x) => -data.logDensity([x], level) });
    const noise = Math.log(2 * Math.PI * Math.E * level.sigma ** 2) / 2;
    return { t, entropy, noise, information: entropy - noise };
  });

export interface LeastErrorOptions {
  readonly data: Mixture;
  readonly level: Level;
}

/** E(x₀ − E[x₀ | x])²: the mean squared error below which no denoiser gets, for a mixture in one dimension. */
export function leastError({ data, level }: LeastErrorOptions): number {
  const second = data.bells.reduce((sum, { weight, mean, sd }) => {
    const s = typeof sd === 'number' ? sd : sd[0]!;
    return sum + weight * (mean[0]! ** 2 + s ** 2);
  }, 0);
  return second - expected({ data, level, of: (x) => data.denoise([x], level)[0]! ** 2 }); // E x₀² − E D²
}

interface ExpectedOptions extends LeastErrorOptions {
  readonly of: (x: number) => number;
}

/** E f(x_t), bell by bell, by the trapezoidal rule over ±9 standard deviations: exact to rounding for smooth f. */
function expected({ data, level: { alpha, sigma }, of }: ExpectedOptions): number {
  if (data.dimension !== 1) {
    throw new ToolkitError(
      'bad-option',
      `entropy curves are of data in one dimension, this mixture has ${data.dimension}. Use one coordinate.`,
    );
  }
  const [reach, points] = [9, 400];
  return data.bells.reduce((sum, { weight, mean, sd }) => {
    const s = typeof sd === 'number' ? sd : sd[0]!;
    const spread = Math.hypot(alpha * s, sigma);
    let inner = 0;
    for (let i = 0; i <= points; i++) {
      const z = -reach + (2 * reach * i) / points;
      inner += Math.exp(-(z ** 2) / 2) * of(alpha * mean[0]! + spread * z);
    }
    return sum + (weight * inner * 2 * reach) / (points * Math.sqrt(2 * Math.PI));
  }, 0);
}
