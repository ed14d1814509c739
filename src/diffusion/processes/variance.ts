import { defineRegistry } from '../../core/registry.js';
import type { Level } from '../level.js';
import { posterior } from './posterior.js';

/** An interval of a reverse chain, from the noisier level to the less noisy one. */
export interface VarianceAt {
  readonly more: Level;
  readonly less: Level;
  /**
   * The least variance, for where β̃ is 0: the step down to the data. diffusers has 10⁻²⁰; Nichol & Dhariwal take the
   * β̃ of the step before, which also is the width of their decoder.
   */
  readonly floor?: number;
}

export interface LogVarianceBounds {
  /** log β̃ = log σ²_{t|s}·σ_s²/σ_t²: exact when the data is a single point. */
  readonly small: number;
  /** log β = log σ²_{t|s}: exact when the data is unit Gaussian. */
  readonly large: number;
}

/**
 * Between which log-variances the best step lies: log β̃ and log β.
 * Ho et al. 2020, arXiv:2006.11239, Section 3.2; Nichol & Dhariwal 2021, arXiv:2102.09672, Section 3.1.
 *
 * @example
 * import { logVarianceBounds } from 'langevin/diffusion';
 * logVarianceBounds({ more: { alpha: 1, sigma: 5 }, less: { alpha: 1, sigma: 3 } }).large; // → Math.log(16)
 */
export function logVarianceBounds({ more, less, floor = 1e-20 }: VarianceAt): LogVarianceBounds {
  const { sigma, sigmaLarge } = posterior(more, less);
  return { small: Math.log(Math.max(sigma ** 2, floor)), large: Math.log(Math.max(sigmaLarge ** 2, floor)) };
}

export interface LearnedRangeOptions extends VarianceAt {
  /** 0 is β̃, 1 is β. */
  readonly v: number;
}

/**
 * log σ² = v·log β + (1 − v)·log β̃. Nichol & Dhariwal 2021, arXiv:2102.09672, Equation 15.
 * Returns the log-variance; the standard deviation is its half exponentiated.
 *
 * @example
 * import { learnedRange } from 'langevin/diffusion';
 * const [more, less] = [{ alpha: 1, sigma: 5 }, { alpha: 1, sigma: 3 }];
 * Math.exp(learnedRange({ more, less, v: 0 }) / 2); // → (4 * 3) / 5
 * Math.exp(learnedRange({ more, less, v: 1 }) / 2); // → 4
 */
export function learnedRange({ v, ...at }: LearnedRangeOptions): number {
  const { small, large } = logVarianceBounds(at);
  return v * large + (1 - v) * small;
}

/** A log-variance as a line in what the network says: log σ² = `constant` + `raw`·(network output). */
export interface LogVariance {
  readonly constant: number;
  readonly raw: number;
}

/**
 * A way to choose the variance of a reverse step. Being linear in the network's output it serves numbers, arrays
 * (`lincomb`) and symbolic tensors alike.
 */
export interface Variance {
  readonly name: string;
  /** Whether the network has channels for it, as many as it has for the data and after those. */
  readonly learned: boolean;
  readonly logVariance: (at: VarianceAt) => LogVariance;
}

/** σ² = β̃, the posterior's. Ho et al. 2020, arXiv:2006.11239, Section 3.2. */
export const fixedSmall: Variance = {
  name: 'fixed-small',
  learned: false,
  logVariance: (at) => ({ constant: logVarianceBounds(at).small, raw: 0 }),
};

/** σ² = β, the forward step's. Ho et al. 2020, arXiv:2006.11239, Section 3.2. */
export const fixedLarge: Variance = {
  name: 'fixed-large',
  learned: false,
  logVariance: (at) => ({ constant: logVarianceBounds(at).large, raw: 0 }),
};

/** The network says log σ² itself. Nichol & Dhariwal 2021, arXiv:2102.09672, Section 3.1, where it is found unstable. */
export const learnedVariance: Variance = {
  name: 'learned',
  learned: true,
  logVariance: () => ({ constant: 0, raw: 1 }),
};

/**
 * The network says where between log β̃ (−1) and log β (1) to be: v = (output + 1)/2.
 * Nichol & Dhariwal 2021, arXiv:2102.09672, Equation 15; the range of the output is that of their code.
 */
export const learnedRangeVariance: Variance = {
  name: 'learned-range',
  learned: true,
  logVariance(at) {
    const { small, large } = logVarianceBounds(at);
    return { constant: (large + small) / 2, raw: (large - small) / 2 };
  },
};

/** Every way to choose the variance of a reverse step. */
export const variances = defineRegistry('variance', {
  'fixed-small': fixedSmall,
  'fixed-large': fixedLarge,
  learned: learnedVariance,
  'learned-range': learnedRangeVariance,
});

export type VarianceName = keyof typeof variances.entries;
