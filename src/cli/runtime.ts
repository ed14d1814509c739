import { createRuntime } from '../runtime/node.js';
import { referenceRuntime } from '../runtime/reference.js';
import type { Runtime } from '../runtime/runtime.js';
import type { GlobalOptions } from './global-options.js';

/** The runtime that `--device` and `--threads` ask for. */
export function openRuntime({ device, threads }: Pick<GlobalOptions, 'device' | 'threads'>): Runtime {
  return device === 'reference' ? referenceRuntime() : createRuntime({ device, threads });
}
