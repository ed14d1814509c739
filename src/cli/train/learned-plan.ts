import { resolve } from '../../core/options.js';
import { type GammaWeights, learned } from '../../diffusion/index.js';
import type { Scheme } from '../../sampling/index.js';
import { flagOf, usageError } from '../parse.js';
import type { TrainOptions } from './plan.js';

/** A schedule that a run learns: its ends, which stay, and the weights it starts from. */
export interface LearnedPlan {
  readonly min: number;
  readonly max: number;
  readonly start?: GammaWeights<readonly number[]>;
}

/** What a scheme learns of its schedule; null where the schedule is given. */
export function learnedPlan({ grid }: Scheme): LearnedPlan | null {
  if (!('schedule' in grid) || grid.schedule !== 'learned') return null;
  const { gammaMin: min, gammaMax: max, weights } = resolve('learned', learned.definition.options, grid.options);
  return { min, max, ...(weights !== null && { start: JSON.parse(weights) as GammaWeights<readonly number[]> }) };
}

/** The scheme with what was learnt so far. */
export const withWeights = (scheme: Scheme, weights: string): Scheme => ({
  ...scheme,
  grid: {
    ...scheme.grid,
    options: { ...('options' in scheme.grid && scheme.grid.options), weights },
  } as Scheme['grid'],
});

/** Options whose part the bound plays where the schedule is learnt with the network. */
const settled = [
  ...(['loss', 'weighting', 'precondition', 'offsetNoise', 'inputPerturbation'] as const),
  ...(['selfConditioning', 'zeroTerminalSnr', 'shift'] as const),
] satisfies readonly (keyof TrainOptions)[];

/** One sentence for options that do not go with a schedule that is learnt, before anything is built. */
export function requireLearnable(
  options: TrainOptions,
  { given, history }: { readonly given: ReadonlySet<string>; readonly history: boolean },
): void {
  const odd = settled.find((name) => given.has(name));
  if (odd !== undefined) {
    throw usageError(
      `train: --schedule learned is trained by the variational bound in continuous time, which leaves no room for ${flagOf(odd)}. Leave it out.`,
    );
  }
  if (history) {
    throw usageError(
      `train: --schedule learned makes the levels count alike by itself. Leave out --levels ${options.levels}.`,
    );
  }
  if (!['epsilon', 'v', 'x0'].includes(options.prediction)) {
    throw usageError(`train: --schedule learned goes with --prediction epsilon, v or x0, got ${options.prediction}.`);
  }
}
