import { show, ToolkitError } from '../../core/errors.js';
import type { Scheme } from '../scheme.js';
import { schedulerClasses } from './classes/index.js';
import type { SchedulerConfig } from './scheduler-class.js';

/** The version of diffusers whose keys and defaults these are. */
const diffusersVersion = '0.40.0.dev0';

/**
 * Reads the content of a diffusers `scheduler_config.json` as a scheme.
 *
 * @example
 * import { readSchedulerConfig } from 'langevin/sampling';
 * readSchedulerConfig({ _class_name: 'DDPMScheduler', clip_sample: false }).limit; // → null
 */
export function readSchedulerConfig(config: unknown): Scheme {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new ToolkitError('bad-config', `scheduler config: expected an object, got ${show(config)}.`);
  }
  const keys = config as SchedulerConfig;
  const name = keys['_class_name'];
  if (typeof name !== 'string') {
    const known = schedulerClasses.names.join(', ');
    throw new ToolkitError(
      'bad-config',
      `scheduler config: _class_name must be the name of a scheduler, got ${show(name)}. Known: ${known}.`,
    );
  }
  return schedulerClasses.get(name).read(keys);
}

/** The content of a `scheduler_config.json` that diffusers reads as this scheme; throws where no class can say it. */
export function writeSchedulerConfig(scheme: Scheme): SchedulerConfig {
  const name = scheme.sampler.name === 'ddim' ? 'DDIMScheduler' : 'DDPMScheduler';
  const keys = Object.entries(schedulerClasses.get(name).write(scheme)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { _class_name: name, _diffusers_version: diffusersVersion, ...Object.fromEntries(keys) };
}
