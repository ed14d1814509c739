import { number } from '../../core/options.js';
import { rescaled } from '../kind.js';
import { definePrecondition } from './precondition.js';
import { predicting } from './predicting.js';

/**
 * A network of variance-exploding levels that is told σ: x as it is in the scale α = 1, and any prediction.
 *
 *   c_in = 1,   c_noise = σ·(σ_max/σ)^ε,   c_skip and c_out from the prediction; for the score D = x + σ²·F
 *
 * Song & Ermon 2019, arXiv:1907.05600, and Song et al. 2021, arXiv:2011.13456, Appendix C: noise-conditional score
 * networks as they were published. Times stop at ε instead of 0 there, so the network is told a σ that is larger by the
 * last factor, 1.0001 at the most.
 *
 * @example
 * import { explodingNetwork, grid, score, ve } from 'langevin/diffusion';
 * const family = explodingNetwork({ grid: grid({ schedule: ve() }), prediction: score });
 * family({ alpha: 1, sigma: 2 }); // → { cSkip: 1, cOut: 4, cIn: 1, cNoise: 2 }
 */
export const explodingNetwork = definePrecondition({
  name: 'exploding',
  options: {
    epsilon: number({
      default: 0,
      min: 0,
      max: 0.5,
      help: 'ε: the time of the least noise, when that of the most is 1.',
    }),
  },
  precondition({ grid, prediction }, { epsilon }) {
    const { alpha, sigma } = grid.level(grid.count - 1);
    return (level) => {
      const seen = rescaled({ level, kind: 'variance-exploding' });
      const told = epsilon === 0 ? seen.sigma : seen.sigma * (sigma / alpha / seen.sigma) ** epsilon;
      return predicting({ level, seen, prediction, cNoise: told });
    };
  },
});
