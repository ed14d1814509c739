import type { Scheme } from '../scheme.js';
import { unwritable } from './common-keys.js';
import type { SchedulerConfig } from './scheduler-class.js';
import { schemeDifference } from './scheme-difference.js';

export interface CheckedWrite {
  readonly who: string;
  readonly scheme: Scheme;
  /** The keys that should mean the scheme. */
  readonly keys: SchedulerConfig;
  readonly read: (config: SchedulerConfig) => Scheme;
}

/** Keys that read as the scheme again; an error that names the first part that they do not say. */
export function checkedWrite({ who, scheme, keys, read }: CheckedWrite): SchedulerConfig {
  const difference = schemeDifference(scheme, read(keys));
  if (difference !== null) throw unwritable(who, difference);
  return keys;
}
