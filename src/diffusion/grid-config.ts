import { continuousGrid } from './continuous-grid.js';
import { type Grid, grid, gridFromBetas, withZeroTerminalSnr } from './grid.js';
import { roundedBetas, roundedChain } from './rounded-chain.js';
import type { Schedule } from './schedule.js';
import { type ScheduleName, schedules } from './schedules/index.js';
import { shifted, withShift } from './shift.js';

/** A training grid as plain JSON: a named schedule cut into steps or left whole, or the betas themselves. */
export type GridConfig = ScheduleGridConfig | ContinuousGridConfig | BetasGridConfig;

interface Arithmetic {
  /**
   * `float32` for the chain as torch programs compute it, see `roundedChain`; `float32-ratios` where they also make the α
   * and σ of a step out of a rounded σ/α, as the solvers do. Exact when left out.
   */
  readonly arithmetic?: 'float32' | 'float32-ratios';
}

export interface ScheduleGridConfig extends Arithmetic {
  readonly schedule: ScheduleName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly zeroTerminalSnr: boolean;
  /** What σ/α of every level is multiplied by, before the rescaling of the end; 1 when left out. */
  readonly shift?: number;
}

/** A schedule between two times, with all the levels between them. */
export interface ContinuousGridConfig extends ScheduleGridConfig {
  readonly zeroTerminalSnr: false;
  readonly times: readonly [least: number, most: number];
}

export interface BetasGridConfig extends Arithmetic {
  readonly betas: readonly number[];
  readonly zeroTerminalSnr: boolean;
  /** What σ/α of every level is multiplied by, before the rescaling of the end; 1 when left out. */
  readonly shift?: number;
}

/**
 * Builds the grid that a config describes.
 *
 * @example
 * import { gridFromConfig } from 'langevin/diffusion';
 * gridFromConfig({ schedule: 'linear', options: {}, count: 10, zeroTerminalSnr: true }).level(9).alpha; // → 0
 */
export function gridFromConfig(config: GridConfig): Grid {
  const exact = exactGrid(config);
  if (config.arithmetic === undefined || exact.continuous) return exact;
  // Such programs keep the list of β beside the products, and some take the β of a step from it.
  return Object.freeze({ ...gridFromBetas(roundedChain(exact.betas)), betas: roundedBetas(exact.betas) });
}

function exactGrid(config: GridConfig): Grid {
  const { zeroTerminalSnr, shift = 1 } = config;
  if ('betas' in config) {
    const betas = withShift(config.betas, shift);
    return gridFromBetas(zeroTerminalSnr ? withZeroTerminalSnr(betas) : betas);
  }
  const create = schedules.get(config.schedule) as (options: object) => Schedule;
  if ('times' in config) {
    const schedule = shifted({ schedule: create(config.options), shift });
    return continuousGrid({ schedule, count: config.count, times: config.times });
  }
  return grid({ schedule: create(config.options), count: config.count, zeroTerminalSnr, shift });
}
