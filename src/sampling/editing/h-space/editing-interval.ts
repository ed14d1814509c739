import { show, ToolkitError } from '../../../core/errors.js';
import { number, resolve } from '../../../core/options.js';
import type { Grid } from '../../../diffusion/grid.js';
import type { Level } from '../../../diffusion/level.js';

/** How far a walk is from the picture it ends in, at one time. */
export interface IntervalPoint {
  /** Time of the level in [0, 1], see `timeOf`. */
  readonly t: number;
  /** Distance of the final picture from the clean picture expected at t: d(x, P_t). */
  readonly clean: number;
  /** Distance of the final picture from the noisy one: d(x, x_t). */
  readonly noisy: number;
}

export interface EditingInterval {
  /** Edits act on [edit, 1]. */
  readonly edit: number;
  /** Noise is renewed on [0, boost]. */
  readonly boost: number;
}

/**
 * The thresholds, in units of the distance between two pictures that have nothing to do with each other. With features of
 * `models/features-32` on `models/emoji-32` the defaults give t_edit 0.43 and t_boost 0.16; edits of skin tone were
 * nearest to drawn ones with t_edit at 0.4.
 */
export const intervalOptions = {
  edit: number({ default: 0.1, min: 0, max: 10, help: 'd(x, P_t) at which edits stop: less of it edits for longer.' }),
  boost: number({ default: 0.2, min: 0, max: 10, help: 'd(x, x_t) below which noise is renewed; 0 renews none.' }),
};

export interface EditingIntervalOptions {
  /** Distances along walks, averaged over some pictures; in any order. */
  readonly curve: readonly IntervalPoint[];
  /** Threshold of d(x, P_t); `intervalOptions` unless told. */
  readonly edit?: number;
  /** Threshold of d(x, x_t). */
  readonly boost?: number;
}

/**
 * Where to edit and where to repair, from measured distances:
 *
 *   t_edit:   d(x, P_t) = edit    after it the expected picture is nearly the final one: editing longer costs quality
 *   t_boost:  d(x, x_t) = boost   before it the noise is still strong enough to be renewed without changing the picture
 *
 * Kwon et al. 2023, arXiv:2210.10960, Sections 3.3 and 3.4, with LPIPS and its thresholds 0.33 and 1.2. Here d is any
 * distance, divided by what it is between unrelated pictures. Walking from noise to picture the first crossing counts,
 * interpolated linearly; where there is none, the whole walk is edited, or none of it.
 *
 * @example
 * import { editingInterval } from 'langevin/sampling';
 * const curve = [
 *   { t: 1, clean: 0.9, noisy: 1.4 },
 *   { t: 0.5, clean: 0.3, noisy: 0.9 },
 *   { t: 0, clean: 0, noisy: 0 },
 * ];
 * editingInterval({ curve, edit: 0.6, boost: 0.45 }); // → { edit: 0.75, boost: 0.25 }
 */
export function editingInterval({ curve, ...given }: EditingIntervalOptions): EditingInterval {
  const { edit, boost } = resolve('editingInterval', intervalOptions, given);
  if (curve.length < 2 || curve.some(({ t, clean, noisy }) => ![t, clean, noisy].every(Number.isFinite))) {
    throw new ToolkitError(
      'bad-option',
      `editingInterval: curve needs at least two points of finite numbers, got ${show(curve)}.`,
    );
  }
  const down = [...curve].sort((a, b) => b.t - a.t);
  const times = down.map(({ t }) => t);
  return {
    edit: crossing({ times, values: down.map(({ clean }) => clean), at: edit }),
    boost: crossing({ times, values: down.map(({ noisy }) => noisy), at: boost }),
  };
}

interface CrossingOptions {
  /** From late to early. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly at: number;
}

/** The first time on the way down at which the values fall to `at`; 0 where they never do. */
function crossing({ times, values, at }: CrossingOptions): number {
  const i = values.findIndex((value) => value <= at);
  if (i < 0) return 0;
  if (i === 0) return times[0]!;
  const [above, below] = [values[i - 1]!, values[i]!];
  return times[i]! + ((at - below) / (above - below)) * (times[i - 1]! - times[i]!);
}

/**
 * The time of a level in training: (index + 1)/N, 1 at the noisiest.
 *
 * @example
 * import { cosine, grid } from 'langevin/diffusion';
 * import { timeOf } from 'langevin/sampling';
 * const training = grid({ schedule: cosine(), count: 1000 });
 * timeOf(training, training.level(499)); // → 0.5
 */
export const timeOf = (grid: Pick<Grid, 'count' | 'indexOf'>, level: Level): number =>
  level.sigma === 0 ? 0 : (grid.indexOf(level) + 1) / grid.count;
