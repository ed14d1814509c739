import { ToolkitError } from '../../core/errors.js';
import { number } from '../../core/options.js';
import { defineSchedule } from '../schedule.js';

/**
 * The variance-exploding SDE: the data stays and noise grows geometrically.
 *
 *   α = 1,   σ(t) = σ_min·(σ_max/σ_min)^t,   f = 0,   g = σ·√(2·ln(σ_max/σ_min))
 *
 * Song et al. 2021, arXiv:2011.13456, Equations 9 and 31; its levels at equal distances are those of Song & Ermon 2019,
 * arXiv:1907.05600, Section 4. At t = 0 there is noise σ_min already, too little to see, and a grid runs from σ_min to
 * σ_max, both included. σ_max should be the largest distance within the data.
 *
 * @example
 * import { ve } from 'langevin/diffusion';
 * ve({ sigmaMin: 0.1, sigmaMax: 10 }).sigma(0.5); // → 1
 */
export const ve = defineSchedule({
  name: 've',
  kind: 'variance-exploding',
  options: {
    sigmaMin: number({ default: 0.01, min: 1e-6, max: 1e6, help: 'Noise at the data.' }),
    sigmaMax: number({ default: 50, min: 1e-6, max: 1e6, help: 'Noise at the end.' }),
  },
  curves({ sigmaMin, sigmaMax }) {
    if (!(sigmaMin < sigmaMax)) {
      throw new ToolkitError(
        'bad-option',
        `ve: need sigmaMin < sigmaMax, got sigmaMin = ${sigmaMin}, sigmaMax = ${sigmaMax}.`,
      );
    }
    const growth = Math.log(sigmaMax / sigmaMin);
    const sigma = (t: number): number => sigmaMin * Math.exp(growth * t);
    return { alpha: () => 1, sigma, diffusion: (t) => sigma(t) * Math.sqrt(2 * growth) };
  },
});
