import type { Scheme } from '../scheme.js';

/** The content of a `scheduler_config.json`. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;

/** One scheduler class of diffusers: how its config reads as a scheme, and the other way round. */
export interface SchedulerClass {
  readonly name: string;
  readonly read: (config: SchedulerConfig) => Scheme;
  readonly write: (scheme: Scheme) => SchedulerConfig;
}

export const defineSchedulerClass = (definition: SchedulerClass): SchedulerClass => Object.freeze(definition);
