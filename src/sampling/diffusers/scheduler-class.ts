import type { SamplerName } from '../samplers/index.js';
import type { Scheme } from '../scheme.js';

/** The content of a `scheduler_config.json`. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;

/** One scheduler class of diffusers: how its config reads as a scheme, and the other way round. */
export interface SchedulerClass {
  readonly name: string;
  readonly read: (config: SchedulerConfig) => Scheme;
  /** The samplers whose schemes it can write; a scheme goes to the first class that accepts it. */
  readonly samplers: readonly SamplerName[];
  /** The config that reads as this scheme; throws `unwritable` where the class has no words for it. */
  readonly write: (scheme: Scheme) => SchedulerConfig;
}

export const defineSchedulerClass = (definition: SchedulerClass): SchedulerClass => Object.freeze(definition);
