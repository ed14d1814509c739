import type { Term } from '../../core/space.js';
import { halfLogSnr, type Level } from '../../diffusion/level.js';
import type { Past } from '../sampler.js';

/** What an exponential integrator takes for slowly varying: the clean value D, or the noise n = (x − α·D)/σ. */
export type Varying = 'data' | 'noise';

export interface CrossingOptions {
  readonly from: Level;
  readonly to: Level;
  readonly of: Varying;
  /** Strength of the SDE's noise, as a multiple of its power: 0 is the probability-flow ODE, 1 the reverse SDE. */
  readonly eta: number;
}

/**
 * One interval of the reverse SDE solved exactly but for the varying part m(s), s ∈ [0, 1] along λ:
 *
 *   x′ = carry·x + Σ_k weights[k]·m_k + spread·(unit Gaussian)      where m(s) = m₀ + m₁·s + m₂·s²
 */
export interface Crossing {
  /** h = λ′ − λ, λ = ln(α/σ). */
  readonly h: number;
  readonly carry: number;
  readonly weights: readonly [number, number, number];
  readonly spread: number;
  /** The Gaussian is ∫ e^{power·λ} dW over the interval, scaled to unit variance. */
  readonly power: number;
}

/**
 * The coefficients of `Crossing`, with h = λ′ − λ and z = (1 + η)·h:
 *
 *   data:   carry = (σ′/σ)·e^{−ηh},   weights[k] = α′·I_k(z),            spread = σ′·√(1 − e^{−2ηh})
 *   noise:  carry = α′/α,             weights[k] = (1 + η)·σ′·I_k(−h),   spread = σ′·√(η·(e^{2h} − 1))
 *
 * Lu et al. 2022, arXiv:2206.00927, Proposition 3.1 (noise), and arXiv:2211.01095, Equations 8 (data) and Section 6 (SDE).
 */
export function crossing({ from, to, of, eta }: CrossingOptions): Crossing {
  const h = halfLogSnr(to) - halfLogSnr(from);
  if (of === 'noise') {
    const [a, b, c] = moments(-h);
    const gain = (1 + eta) * to.sigma;
    const spread = eta === 0 ? 0 : to.sigma * Math.sqrt(eta * Math.expm1(2 * h));
    return { h, carry: to.alpha / from.alpha, weights: [gain * a, gain * b, gain * c], spread, power: -1 };
  }
  const [a, b, c] = moments((1 + eta) * h);
  const damping = eta === 0 ? 1 : Math.exp(-eta * h); // e^{−0·∞} is 1 here
  const spread = eta === 0 ? 0 : to.sigma * Math.sqrt(-Math.expm1(-2 * eta * h));
  const carry = (to.sigma / from.sigma) * damping;
  return { h, carry, weights: [to.alpha * a, to.alpha * b, to.alpha * c], spread, power: eta };
}

/**
 * I_k(z) = z·∫₀¹ e^{z·(s−1)}·s^k ds for k = 0, 1, 2: I₀ = 1 − e^{−z}, I_k = 1 − (k/z)·I_{k−1}, all 1 at z = ∞.
 *
 * They are e^{−z} times φ-functions of exponential integrators: Hochbruck & Ostermann 2010 (Acta Numerica 19), Section 2.1.
 */
export function moments(z: number): readonly [number, number, number] {
  if (Math.abs(z) < 0.5) return [-Math.expm1(-z), series(z, 1), series(z, 2)]; // the recursion would cancel
  const zeroth = -Math.expm1(-z);
  const first = 1 - zeroth / z;
  return [zeroth, first, 1 - (2 * first) / z];
}

/** I_k(z) = Σ_j (−1)^j·z^{j+1}·k!/(k + j + 1)!, for small z. */
function series(z: number, k: number): number {
  let term = z / (k + 1);
  let sum = term;
  for (let j = 1; Math.abs(term) > 1e-18 * Math.abs(sum); j++) {
    term *= -z / (k + j + 1);
    sum += term;
  }
  return sum;
}

/** c·m at one node, as terms of a linear combination: m is D or n = (x − α·D)/σ. */
export function varyingTerms<X>(c: number, of: Varying, { level, x, denoised }: Past<X>): Term<X>[] {
  if (of === 'data') return [[c, denoised]];
  return [
    [c / level.sigma, x],
    [(-c * level.alpha) / level.sigma, denoised],
  ];
}

/** Whether λ is infinite at either end: there nothing but the clean value can be held constant, and it is. */
export const endless = (from: Level, to: Level): boolean => from.alpha === 0 || to.sigma === 0;
