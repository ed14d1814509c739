import { number } from '../../core/options.js';
import type { Level } from '../../diffusion/level.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Levels among those that a consistency model was trained on, Karras' N between σ_max and σ_min, from the noisiest on.
 *
 *   σ(u) = (σ_max^{1/ρ} + u·(σ_min^{1/ρ} − σ_max^{1/ρ}))^ρ,   u_i = i·⌊N/n⌋/(N − 1)
 *
 * and at last σ_min, where the model's answers lie. Song et al. 2023, arXiv:2303.01469, Section 5; the choice of u that of
 * their published program. One step goes straight from σ_max to σ_min.
 *
 * @example
 * import { grid, ve } from 'langevin/diffusion';
 * import { consistencySteps, intervals } from 'langevin/sampling';
 * const training = grid({ schedule: ve({ sigmaMin: 0.002, sigmaMax: 80 }), count: 40 });
 * intervals(consistencySteps().levels({ count: 1, grid: training })).length; // → 1
 */
export const consistencySteps = defineSteps({
  name: 'consistency',
  options: {
    sigmaMin: number({ default: 0.002, min: 1e-9, max: 1e6, help: 'σ/α of the level on which the answers lie.' }),
    sigmaMax: number({ default: 80, min: 1e-9, max: 1e6, help: 'Most noise σ/α.' }),
    rho: number({ default: 7, min: 1, max: 100, help: 'Larger puts more levels at little noise.' }),
  },
  levels({ count, grid }, { sigmaMin, sigmaMax, rho }) {
    const stride = Math.max(1, Math.floor(grid.count / count));
    const [hi, lo] = [sigmaMax ** (1 / rho), sigmaMin ** (1 / rho)];
    const sigma = (i: number): number => (hi + ((i * stride) / Math.max(1, grid.count - 1)) * (lo - hi)) ** rho;
    const levels = Array.from({ length: count }, (_, i): Level => ({ alpha: 1, sigma: sigma(i) }));
    return [...levels, { alpha: 1, sigma: sigmaMin }];
  },
});
