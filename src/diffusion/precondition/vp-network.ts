import { integer, number } from '../../core/options.js';
import { rescaled } from '../kind.js';
import { logSnr } from '../level.js';
import { vp } from '../schedules/vp.js';
import { definePrecondition } from './precondition.js';
import { predicting } from './predicting.js';

/**
 * A network trained on the variance-preserving SDE in continuous time, told the time t ∈ [0, 1] as (M − 1)·t.
 *
 *   c_skip = 1,   c_out = −σ,   c_in = 1/√(σ² + 1),   c_noise = (M − 1)·t(σ)          (for ε, in the scale α = 1)
 *
 * Karras et al. 2022, arXiv:2206.00364, Table 1, column VP; Song et al. 2021, arXiv:2011.13456.
 *
 * @example
 * import { epsilon, grid, vp, vpNetwork } from 'langevin/diffusion';
 * const { cNoise } = vpNetwork({ grid: grid({ schedule: vp() }), prediction: epsilon })(vp().level(0.5));
 * cNoise; // → 499.5
 */
export const vpNetwork = definePrecondition({
  name: 'vp',
  options: {
    betaMin: number({ default: 0.1, min: 0, max: 1000, help: 'Rate of the SDE at the data.' }),
    betaMax: number({ default: 20, min: 0.001, max: 1000, help: 'Rate of the SDE at the end.' }),
    count: integer({ default: 1000, min: 2, max: 1e6, help: 'M: t = 1 is told as M − 1.' }),
  },
  precondition({ prediction }, { betaMin, betaMax, count }) {
    const schedule = vp({ betaMin, betaMax });
    return (level) => {
      const seen = rescaled({ level, kind: 'variance-preserving' });
      return predicting({ level, seen, prediction, cNoise: (count - 1) * schedule.time(logSnr(level)) });
    };
  },
});
