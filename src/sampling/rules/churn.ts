import { number } from '../../core/options.js';
import type { Level } from '../../diffusion/level.js';
import { ratioOf } from '../levels/descent.js';
import type { Step } from '../sampler.js';

/** Options of the samplers that can raise the noise before a step. */
export const churnOptions = {
  sChurn: number({
    default: 0,
    min: 0,
    max: 1e6,
    help: 'S_churn: how much noise is put back over the whole walk; 0 for none, Karras et al. take up to 80.',
  }),
  sTmin: number({ default: 0, min: 0, help: 'S_tmin: least σ/α at which noise is put back.' }),
  sTmax: number({ default: null, min: 0, help: 'S_tmax: most σ/α at which noise is put back; no bound when not set.' }),
  sNoise: number({
    default: 1,
    min: 0,
    max: 10,
    help: 'S_noise: size of the noise put back; 1.003 to 1.007 makes up for the detail that networks lose.',
  }),
} as const;

export interface Churn {
  readonly sChurn: number;
  readonly sTmin: number;
  readonly sTmax: number | null;
  readonly sNoise: number;
}

/** Where a step starts after its noise was raised. */
export interface Raised<X> {
  readonly x: X;
  readonly level: Level;
}

/**
 * Noise is put back before a step:
 *
 *   γ = min(S_churn/N, √2 − 1)  where S_tmin ≤ σ/α ≤ S_tmax, otherwise 0
 *   σ̂ = (1 + γ)·σ,    x̂ = x + √(σ̂² − σ²)·S_noise·noise
 *
 * Karras et al. 2022, arXiv:2206.00364, Algorithm 2, lines 4 to 6. Fresh noise corrects the errors of earlier steps; how
 * much helps depends on the network.
 */
export function churned<X>(
  { x, from, count, noise, lincomb }: Pick<Step<X>, 'x' | 'from' | 'count' | 'noise' | 'lincomb'>,
  { sChurn, sTmin, sTmax, sNoise }: Churn,
): Raised<X> {
  const ratio = ratioOf(from);
  const gamma = ratio >= sTmin && ratio <= (sTmax ?? Infinity) ? Math.min(sChurn / count, Math.SQRT2 - 1) : 0;
  if (gamma === 0) return { x, level: from };
  const level = { alpha: from.alpha, sigma: (1 + gamma) * from.sigma };
  const added = Math.sqrt(level.sigma ** 2 - from.sigma ** 2) * sNoise;
  return { x: lincomb([1, x], [added, noise('churn')]), level };
}
