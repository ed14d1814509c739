import { show, ToolkitError } from '../../core/errors.js';
import { choice, text } from '../../core/options.js';
import type { Grid } from '../../diffusion/grid.js';
import { descent, ratioOptions, roundHalfEven } from '../levels/descent.js';
import { logLinear, stretch } from '../levels/log-linear.js';
import { ratioSteps } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

const { sigmaMin: _min, sigmaMax: _max, within: _within, end: _end, ...others } = ratioOptions;

/**
 * A list of one's own: σ/α from much to little noise, or training indices.
 *
 * The list is where the walk goes, the last number included: "9, 3, 1, 0" are three steps that end without noise,
 * "9, 3, 1" are two. Training indices are where steps start, and the last of them ends without noise. A list for another
 * number of steps than asked for is stretched, linearly in ln σ or in the index.
 *
 * @example
 * import { cosine, grid } from 'langevin/diffusion';
 * import { custom, intervals } from 'langevin/sampling';
 * const levels = custom({ list: '9, 3, 1, 0' }).levels({ count: 3, grid: grid({ schedule: cosine() }) });
 * intervals(levels).map(({ to }) => to.sigma); // → [3, 1, 0]
 */
export const custom = defineSteps({
  name: 'custom',
  options: {
    list: text({ default: null, placeholder: 'LIST', help: 'Numbers from much to little noise, joined by commas.' }),
    of: choice(['sigma', 'index'], { default: 'sigma', help: 'What the numbers are: σ/α, or training indices.' }),
    ...others,
  },
  levels({ count, grid }, { list, of, ...options }) {
    const numbers = parsed(list, of);
    if (of === 'index') return visited({ numbers, count, grid, ...options });
    const clean = numbers[numbers.length - 1] === 0;
    const positive = clean ? numbers.slice(0, -1) : numbers;
    const ratios = logLinear(positive, clean ? count : count + 1);
    const bounds = { sigmaMin: ratios[ratios.length - 1]!, sigmaMax: ratios[0]!, within: 'training' } as const;
    return ratioSteps({ who: 'custom', grid, count, ...options, ...bounds, end: 'clean', ratios: () => ratios });
  },
});

interface Visited {
  readonly numbers: readonly number[];
  readonly count: number;
  readonly grid: Grid;
  readonly scale: 'own' | 'exploding';
  readonly leastAlpha: number;
}

function visited({ numbers, count, grid, scale, leastAlpha }: Visited) {
  const exact = stretch(numbers, count);
  const indices = grid.continuous || exact === numbers ? exact : exact.map(roundHalfEven);
  return descent({ grid, indices, scale, leastAlpha });
}

/** The numbers of a list, which must fall from one to the next. */
function parsed(list: string | null, of: 'sigma' | 'index'): readonly number[] {
  const entries = (list ?? '').split(',').map((entry) => entry.trim());
  const numbers = entries.filter((entry) => entry !== '').map(Number);
  const least = of === 'sigma' ? 2 : 1;
  const falls = numbers.every((value, i) => value >= 0 && (i === 0 || value < numbers[i - 1]!));
  if (numbers.length >= least && falls && numbers[0]! < Infinity) return numbers;
  throw new ToolkitError(
    'bad-option',
    `custom: list must be ${least} or more falling numbers ≥ 0 joined by commas, for example ` +
      `${of === 'sigma' ? '"9, 3, 1, 0"' : '"999, 666, 333"'}, got ${show(list)}.`,
  );
}
