import { ToolkitError } from '../../core/errors.js';
import { choice, integer } from '../../core/options.js';
import { descent } from '../levels/descent.js';
import { defineSteps } from '../noise-steps.js';

/**
 * A part of the few levels that a distilled network was taught: evenly among them, the noisiest always.
 *
 *   i_j = j·⌊N/K⌋ − 1,  j = 1 … K           the levels of the distillation
 *   visited: K − ⌊m·K/n⌋,  m = 0 … n − 1    as numbers j
 *
 * Luo et al. 2023, arXiv:2310.04378, Section 4.3 (skipping steps), for latent consistency models with K = 50; also for
 * trajectory consistency distillation, which ends at the first training level.
 *
 * @example
 * import { grid, scaledLinear } from 'langevin/diffusion';
 * import { distilledSteps, intervals } from 'langevin/sampling';
 * const training = grid({ schedule: scaledLinear() });
 * const steps = intervals(distilledSteps().levels({ count: 4, grid: training }));
 * steps.map(({ from }) => training.indexOf(from)); // → [999, 759, 499, 259]
 */
export const distilledSteps = defineSteps({
  name: 'distilled',
  options: {
    taught: integer({ default: 50, min: 1, max: 1e6, help: 'K: how many levels the network was distilled on.' }),
    end: choice(['clean', 'first'], { default: 'clean', help: 'Where the last step ends: clean, or the first level.' }),
  },
  levels({ count, grid }, { taught, end }) {
    if (count > taught || taught > grid.count) {
      throw new ToolkitError(
        'bad-option',
        count > taught
          ? `distilled: a network that was taught ${taught} levels cannot be sampled in ${count} steps. Use fewer.`
          : `distilled: taught must be at most the ${grid.count} training steps, got ${taught}.`,
      );
    }
    const stride = Math.floor(grid.count / taught);
    const indices = Array.from({ length: count }, (_, m) => (taught - Math.floor((m * taught) / count)) * stride - 1);
    return descent({ grid, indices, end });
  },
});
