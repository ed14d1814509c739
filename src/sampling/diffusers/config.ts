import { show, ToolkitError } from '../../core/errors.js';
import type { Scheme } from '../scheme.js';
import { schedulerClasses } from './classes/index.js';
import { unwritable } from './common-keys.js';
import type { SchedulerClass, SchedulerConfig } from './scheduler-class.js';
import { unreadError } from './unread.js';

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
  if (!Object.hasOwn(schedulerClasses.entries, name)) {
    const unread = unreadError(name);
    if (unread) throw unread;
  }
  return schedulerClasses.get(name).read(keys);
}

/**
 * The content of a `scheduler_config.json` that diffusers reads as this scheme, of the first class that has words for all
 * of it; throws where none has.
 */
export function writeSchedulerConfig(scheme: Scheme): SchedulerConfig {
  const { name: sampler } = scheme.sampler;
  const classes: readonly SchedulerClass[] = Object.values(schedulerClasses.entries);
  const able = [...new Set(classes)].filter((one) => one.samplers.includes(sampler));
  const refusals: ToolkitError[] = [];
  for (const { name, write } of able) {
    try {
      const keys = Object.entries(write(scheme)).sort(([a], [b]) => (a < b ? -1 : 1));
      return { _class_name: name, _diffusers_version: diffusersVersion, ...Object.fromEntries(keys) };
    } catch (error) {
      if (!(error instanceof ToolkitError)) throw error;
      refusals.push(error);
    }
  }
  const [only = unwritable('diffusers', `sampler ${sampler}`), ...others] = refusals.filter(isUnwritable);
  if (others.length === 0) throw only;
  const reasons = [only, ...others].map(({ message }) => message.split('. ')[0]);
  throw new ToolkitError(
    'unsupported-scheduler',
    `${reasons.join('; ')}. Choose what one has, or keep the scheme itself.`,
  );
}

const isUnwritable = ({ code }: ToolkitError): boolean => code === 'unsupported-scheduler';
