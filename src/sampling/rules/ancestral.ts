import { choice, number } from '../../core/options.js';
import { type Level, snr } from '../../diffusion/level.js';
import { ratioOf } from '../levels/descent.js';

export const ancestralOptions = {
  eta: number({ default: 1, min: 0, max: 1, help: '0 walks the ODE; 1 puts back all the noise the SDE asks for.' }),
  arithmetic: choice(['float64', 'float32'], {
    default: 'float64',
    help: 'Precision of the two sizes; float32 agrees with torch programs to the last digits.',
  }),
} as const;

export interface SplitOptions {
  readonly from: Level;
  readonly to: Level;
  readonly eta: number;
  readonly arithmetic?: 'float64' | 'float32';
}

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
 * Song et al. 2021, arXiv:2011.13456, Appendix F. In float32 σ_down loses digits to the difference σ′² − σ_up².
 */
export function split({ from, to, eta, arithmetic = 'float64' }: SplitOptions): Split {
  if (to.sigma === 0) return { down: to, up: 0 };
  if (arithmetic === 'float64' || from.alpha === 0) {
    const up = eta * to.sigma * Math.sqrt(Math.max(0, 1 - snr(from) / snr(to)));
    return { down: { alpha: to.alpha, sigma: Math.sqrt(to.sigma ** 2 - up ** 2) }, up };
  }
  const round = Math.fround;
  const [square, squareNext] = [round(ratioOf(from) ** 2), round(ratioOf(to) ** 2)];
  const variance = round(round(squareNext * round(square - squareNext)) / square);
  const up = round(eta * round(Math.sqrt(Math.max(0, variance))));
  const down = round(Math.sqrt(Math.max(0, round(squareNext - round(up ** 2)))));
  return { down: { alpha: to.alpha, sigma: to.alpha * down }, up: to.alpha * up };
}
