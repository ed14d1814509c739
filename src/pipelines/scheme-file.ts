import { ToolkitError } from '../core/errors.js';
import { gridFromConfig, schedules } from '../diffusion/index.js';
import { assemble, readSchedulerConfig, type Scheme, writeSchedulerConfig } from '../sampling/index.js';

/** What `_class_name` says where no scheduler of diffusers has words for a scheme: it is there as it is. */
export const schemeClass = 'LangevinScheme';

/** The key under which a config keeps the scheme, where the keys of diffusers say it in numbers or not in full. */
const schemeKey = 'langevin_scheme';

type Config = Readonly<Record<string, unknown>>;

/**
 * The content of `scheduler_config.json` for a scheme: that of a scheduler of diffusers where there is one. A chain whose
 * schedule diffusers has no name for goes there as the list of its β, and any walk on the straight path as the
 * flow-matching scheduler; the scheme itself stands beside, and is what comes back. Where diffusers has nothing, the
 * scheme itself is written, which Langevin alone reads.
 *
 * @example
 * import { readScheme, writeScheme } from 'langevin/pipelines';
 * const scheme = readScheme({ _class_name: 'DDIMScheduler' });
 * writeScheme(scheme)._class_name; // → 'DDIMScheduler'
 * writeScheme({ ...scheme, precondition: { name: 've' } })._class_name; // → 'LangevinScheme'
 */
export function writeScheme(scheme: Scheme): Config {
  const same = inDiffusers(scheme);
  if (same) return same;
  assemble(scheme); // what nobody could read must not be written
  const near = nearest(scheme);
  return near ? { ...near, [schemeKey]: scheme } : { _class_name: schemeClass, ...scheme };
}

function inDiffusers(scheme: Scheme): Config | null {
  try {
    return writeSchedulerConfig(scheme);
  } catch (error) {
    if (error instanceof ToolkitError && error.code === 'unsupported-scheduler') return null;
    throw error;
  }
}

/** What diffusers can load of a scheme that it has no words for; null where that would be another model. */
function nearest(scheme: Scheme): Config | null {
  const { grid, precondition } = scheme;
  if ('betas' in grid || 'times' in grid) return null;
  const { kind } = schedules.entries[grid.schedule].definition;
  if (kind === 'variance-preserving') {
    const { arithmetic: _, ...exact } = grid;
    const { betas } = gridFromConfig({ ...exact, zeroTerminalSnr: false });
    return inDiffusers({ ...scheme, grid: { betas: [...betas], zeroTerminalSnr: grid.zeroTerminalSnr } });
  }
  const isFlow = grid.schedule === 'straight' && scheme.prediction === 'flow' && (grid.shift ?? 1) === 1;
  if (!isFlow || (precondition && precondition.name !== 'straight')) return null;
  const { start: _, ...rest } = scheme;
  return inDiffusers({ ...rest, grid: { ...grid }, steps: { name: 'flow' }, sampler: { name: 'euler' }, limit: null });
}

/** The scheme that a `scheduler_config.json` holds, a scheduler of diffusers or a scheme as it is. */
export function readScheme(config: unknown): Scheme {
  if (typeof config !== 'object' || config === null || !('_class_name' in config)) return readSchedulerConfig(config);
  const { _class_name: name, [schemeKey]: kept, ...rest } = config as Config;
  if (name === schemeClass) return checked(rest);
  if (typeof kept !== 'object' || kept === null) return readSchedulerConfig(config);
  const scheme = checked(kept);
  // Keys that were changed since are meant: the scheme that was kept beside them is no longer theirs.
  return said(nearest(scheme)) === said({ _class_name: name, ...rest })
    ? scheme
    : readSchedulerConfig({ _class_name: name, ...rest });
}

/** Keys in one order, without the version that wrote them. */
const said = (config: Config | null): string =>
  JSON.stringify(
    Object.entries(config ?? {})
      .filter(([key]) => key !== '_diffusers_version')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

function checked(parts: object): Scheme {
  const scheme = parts as Scheme;
  if (!['grid', 'prediction', 'steps', 'sampler', 'limit'].every((part) => part in scheme)) {
    throw new ToolkitError(
      'bad-config',
      'scheduler config: a LangevinScheme needs grid, prediction, steps, sampler and limit. Write it again by training.',
    );
  }
  assemble(scheme); // names and options are checked now, not in the middle of a walk
  return scheme;
}
