import type { OptionSpecs } from '../../core/options.js';
import { type Interval, intervals, type Steps } from '../intervals.js';
import type { Sampler, SamplerDefinition } from '../sampler.js';
import { samplers } from '../samplers/index.js';

/** What a walk will ask of the network, known before it begins. */
export interface Cost {
  /** Calls of the denoiser. */
  readonly evaluations: number;
  /** Calls of the vector–Jacobian product of the denoiser: about three evaluations each. */
  readonly pullbacks: number;
  /** False for samplers that choose their own number of calls: then this is the least there can be. */
  readonly exact: boolean;
}

export interface CostOptions {
  readonly sampler: Sampler;
  readonly steps: Steps;
}

/**
 * How often a walk calls the denoiser, by what the sampler says of itself.
 *
 * @example
 * import { costOf, heun } from 'langevin/sampling';
 * costOf({ sampler: heun(), steps: [3, 2, 1, 0] }).evaluations; // → 5
 */
export function costOf({ sampler, steps }: CostOptions): Cost {
  return costOfPath({ sampler, path: steps.length === 0 ? [] : intervals(steps) });
}

export interface PathCostOptions {
  readonly sampler: Sampler;
  readonly path: readonly Interval[];
}

/** The same for intervals, of which there may be none. */
export function costOfPath({ sampler, path }: PathCostOptions): Cost {
  const { definition } = samplers.get(sampler.name) as { readonly definition: SamplerDefinition<OptionSpecs> };
  const { evaluations, lastEvaluations = 1, exempt = {} } = definition;
  const calls = path.reduce((sum, { to }) => sum + (to.sigma === 0 ? lastEvaluations : evaluations), 0);
  return { evaluations: calls, pullbacks: 0, exact: exempt.evaluations === undefined };
}
