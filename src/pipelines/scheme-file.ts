import { ToolkitError } from '../core/errors.js';
import { assemble, readSchedulerConfig, type Scheme, writeSchedulerConfig } from '../sampling/index.js';

/** What `_class_name` says where no scheduler of diffusers has words for a scheme: it is there as it is. */
export const schemeClass = 'LangevinScheme';

/**
 * The content of `scheduler_config.json` for a scheme: that of a scheduler of diffusers where there is one, otherwise the
 * scheme itself, which Langevin alone reads.
 *
 * @example
 * import { readScheme, writeScheme } from 'langevin/pipelines';
 * const scheme = readScheme({ _class_name: 'DDIMScheduler' });
 * writeScheme(scheme)._class_name; // → 'DDIMScheduler'
 * writeScheme({ ...scheme, precondition: { name: 've' } })._class_name; // → 'LangevinScheme'
 */
export function writeScheme(scheme: Scheme): Readonly<Record<string, unknown>> {
  try {
    return writeSchedulerConfig(scheme);
  } catch (error) {
    if (!(error instanceof ToolkitError && error.code === 'unsupported-scheduler')) throw error;
    assemble(scheme); // what nobody could read must not be written
    return { _class_name: schemeClass, ...scheme };
  }
}

/** The scheme that a `scheduler_config.json` holds, a scheduler of diffusers or a scheme as it is. */
export function readScheme(config: unknown): Scheme {
  const isScheme =
    typeof config === 'object' && config !== null && '_class_name' in config && config._class_name === schemeClass;
  if (!isScheme) return readSchedulerConfig(config);
  const { _class_name: _, ...scheme } = config as unknown as Scheme & { readonly _class_name: string };
  if (!['grid', 'prediction', 'steps', 'sampler', 'limit'].every((part) => part in scheme)) {
    throw new ToolkitError(
      'bad-config',
      'scheduler config: a LangevinScheme needs grid, prediction, steps, sampler and limit. Write it again by training.',
    );
  }
  assemble(scheme); // names and options are checked now, not in the middle of a walk
  return scheme;
}
