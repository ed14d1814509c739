import { choice } from '../../core/options.js';
import { ratioOptions } from '../levels/descent.js';
import { logLinear } from '../levels/log-linear.js';
import { ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

/**
 * The published levels for 10 steps. Sabour et al. 2024, arXiv:2404.14507, as listed in the authors' quick-start guide
 * (research.nvidia.com/labs/toronto-ai/AlignYourSteps); the last number is where the tenth step ends.
 */
const tables = {
  'stable-diffusion': [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
  'stable-diffusion-xl': [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
  'stable-video': [700, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002],
} as const;

const { sigmaMin: _min, sigmaMax: _max, within: _within, end: _end, ...others } = ratioOptions;

/**
 * Levels that were optimised for one model: those for which the error bound of the solver over 10 steps is least, as
 * published by Sabour et al. 2024, arXiv:2404.14507, Section 3. Other numbers of steps are interpolated linearly in
 * ln σ, as the authors advise. For models of the same noise levels as the one they were made for.
 *
 * @example
 * import { alignYourSteps } from 'langevin/sampling';
 * import { grid, scaledLinear } from 'langevin/diffusion';
 * const levels = alignYourSteps().levels({ count: 10, grid: grid({ schedule: scaledLinear() }) });
 * levels[1]; // → { alpha: 1, sigma: 6.475 }
 */
export const alignYourSteps = defineSteps({
  name: 'align-your-steps',
  options: {
    model: choice(['stable-diffusion', 'stable-diffusion-xl', 'stable-video'], {
      default: 'stable-diffusion',
      help: 'The model whose levels they are.',
    }),
    end: choice(['clean', 'table'], {
      default: 'clean',
      help: 'Where the last step ends: without noise, or at the last number of the table.',
    }),
    ...others,
  },
  levels({ count, grid }, { model, end, ...options }) {
    const table = logLinear(tables[model], count + 1);
    const bounds = { sigmaMin: table[count]!, sigmaMax: table[0]!, within: 'training' } as const;
    return ratioSteps({
      who: 'align-your-steps',
      grid,
      count,
      ...options,
      ...bounds,
      end: 'clean',
      ratios: () => (end === 'table' ? table : table.slice(0, -1)),
    });
  },
});
