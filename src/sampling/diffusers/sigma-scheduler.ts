import type { OptionSpecs } from '../../core/options.js';
import type { SamplerName } from '../samplers/index.js';
import type { Choice, Scheme } from '../scheme.js';
import { checkedWrite } from './checked-write.js';
import {
  type GridKeys,
  knownOf,
  type LimitKeys,
  type ReadGridContext,
  type ReadPredictionContext,
  type ReadStepsContext,
  readGrid,
  readLimit,
  readPrediction,
  readSigmaStart,
  readSigmaSteps,
  writeGrid,
  writeLimit,
  writeSteps,
} from './common-keys.js';
import { defineSchedulerClass, type SchedulerClass, type SchedulerConfig } from './scheduler-class.js';

export interface SigmaScheduler {
  readonly name: string;
  /** The keys of the class, as options with the defaults of diffusers. */
  readonly options: OptionSpecs;
  readonly resolve: (config: SchedulerConfig) => GridKeys & LimitKeys & ReadStepsContext['keys'];
  readonly sampler: Choice<SamplerName>;
  readonly betaSchedules?: ReadGridContext['known'];
  readonly predictions?: ReadPredictionContext['known'];
  /** Which index the network is told of Karras' levels. */
  readonly told?: ReadStepsContext['told'];
  /** What further keys make of the scheme. */
  readonly refine?: (scheme: Scheme, config: SchedulerConfig) => Scheme;
  /** Further keys that say a scheme. */
  readonly more?: (scheme: Scheme) => SchedulerConfig;
}

/**
 * A scheduler of diffusers that works on σ at α = 1: Euler, Heun, the DPM2s, LMS and their ancestral forms. They differ
 * in their rule, in defaults, and in which keys they have.
 */
export function sigmaScheduler(definition: SigmaScheduler): SchedulerClass {
  const { name: who, options, sampler, betaSchedules, predictions, told, refine, more } = definition;
  const read = (config: SchedulerConfig): Scheme => {
    const keys = definition.resolve(config);
    const scheme: Scheme = {
      grid: readGrid({ who, keys, config, ...(betaSchedules && { known: betaSchedules }) }),
      prediction: readPrediction({ who, keys, config, ...(predictions && { known: predictions }) }),
      steps: readSigmaSteps({ who, keys, config, ...(told && keys.use_karras_sigmas && { told }) }),
      sampler,
      limit: readLimit(keys),
      start: readSigmaStart(keys),
    };
    return refine?.(scheme, config) ?? scheme;
  };
  return defineSchedulerClass({
    name: who,
    read,
    samplers: [sampler.name],
    write(scheme) {
      const said = { ...writeGrid(who, scheme), ...writeLimit(who, scheme), ...writeSteps(who, scheme) };
      const keys = { ...knownOf(said, options), ...more?.(scheme) };
      return checkedWrite({ who, scheme, keys, read });
    },
  });
}
