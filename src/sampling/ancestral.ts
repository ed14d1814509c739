import { number } from '../core/options.js';
import { type Level, snr } from '../diffusion/level.js';

export const ancestralOptions = {
  eta: number({ default: 1, min: 0, max: 1, help: '0 walks the ODE; 1 puts back all the noise the SDE asks for.' }),
} as const;

export interface Split {
  /** The level to which the ODE is walked. */
  readonly down: Level;
  /** Size of the fresh noise that brings x from there to σ′. */
  readonly up: number;
}

/**
 * A step down and fresh noise up, with σ_down² + σ_up² = σ′²:
 *
 *   σ_up = η·σ′·√(1 − SNR/SNR′)
 *
 * With α = 1, σ_up² = η²·σ′²·(σ² − σ′²)/σ², as in k-diffusion; at η = 1 the variance of the reverse Markov chain,
 * Song et al. 2021, arXiv:2011.13456, Appendix F.
 */
export function split({ from, to, eta }: { readonly from: Level; readonly to: Level; readonly eta: number }): Split {
  const up = to.sigma === 0 ? 0 : eta * to.sigma * Math.sqrt(Math.max(0, 1 - snr(from) / snr(to)));
  return { down: { alpha: to.alpha, sigma: Math.sqrt(to.sigma ** 2 - up ** 2) }, up };
}
