import type { Grid } from '../grid.js';
import type { Level } from '../level.js';
import { networkTarget } from '../precondition/network-target.js';
import type { Precondition } from '../precondition/precondition.js';
import type { Mix, Prediction } from '../processes/predictions.js';

export interface AsSeenOptions {
  readonly grid: Grid;
  readonly prediction: Prediction;
  readonly precondition: Precondition;
}

/** What training is about when a network is preconditioned. */
export interface AsSeen {
  /** The levels in the scale of x that the network sees: times c_in. */
  readonly grid: Grid;
  /** What the network says of what it sees. */
  readonly prediction: Prediction;
  /** What the network is told of the level at an index: c_noise. */
  readonly told: (index: number) => number;
}

/**
 * The levels and the prediction of a training run from the side of the network, so that objectives need to know nothing of
 * preconditioning: with x̂ = c_in·x the level (c_in·α, c_in·σ) is a level like any other, and what the network should say
 * is F = (x₀ − c_skip·x)/c_out, a mix of data and noise like any other prediction.
 * Karras et al. 2022, arXiv:2206.00364, Equations 7 and 8.
 *
 * @example
 * import { asSeen, edmNetwork, grid, ve, x0 } from 'langevin/diffusion';
 * const levels = grid({ schedule: ve({ sigmaMin: 0.5, sigmaMax: 8 }), count: 2 });
 * const precondition = edmNetwork({ grid: levels, prediction: x0 }, { sigmaData: 0.5 });
 * const seen = asSeen({ grid: levels, prediction: x0, precondition });
 * const { alpha, sigma } = seen.grid.level(0);
 * (alpha * 0.5) ** 2 + sigma ** 2; // → 1
 */
export function asSeen({ grid, prediction, precondition }: AsSeenOptions): AsSeen {
  const level = (index: number): Level => {
    const at = grid.level(index);
    const { cIn } = precondition(at);
    return cIn === 1 ? at : { ...at, alpha: at.alpha * cIn, sigma: at.sigma * cIn };
  };
  const target = (at: Level): Mix => networkTarget(precondition(at), at);
  // A family that leaves the prediction open has it to the last digit; others have one of their own.
  const places = [0, grid.count >> 1, grid.count - 1].map(level);
  const same = places.every((at) => alike(target(at), prediction.mix(at)));
  return {
    grid: {
      ...{ count: grid.count, kind: grid.kind, continuous: grid.continuous, level },
      ...{ logSnr: grid.logSnr, rates: grid.rates, indexOf: grid.indexOf },
      get betas() {
        return grid.betas;
      },
      get alphasCumprod() {
        return grid.alphasCumprod;
      },
    },
    prediction: same ? prediction : { name: 'network', mix: target },
    told: (index) => precondition(grid.level(index)).cNoise,
  };
}

const alike = (a: Mix, b: Mix): boolean => near(a.clean, b.clean) && near(a.noise, b.noise);
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
