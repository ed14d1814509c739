import { floats } from '../../core/host-array.js';
import { fold, type Key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import type { Level } from '../level.js';
import type { Schedule } from '../schedule.js';
import { type Cells, centres, fokkerPlanck } from './fokker-planck.js';
import type { Mixture } from './mixture.js';
import { simulateForward } from './sde.js';

export interface InkOptions {
  /** The drop of ink: a density on a line. */
  readonly drop: Mixture;
  readonly schedule: Schedule;
  /** Time at which to look. */
  readonly t: number;
  readonly cells: Cells;
  readonly particles: number;
  readonly key: Key;
  /** Time steps of particles and of the equation. */
  readonly steps?: number;
}

/** One density seen three ways, at the centres of cells. */
export interface Ink {
  readonly x: Float64Array;
  /** In closed form. */
  readonly exact: Float64Array;
  /** As concentration: the Fokker–Planck equation solved on the cells. */
  readonly equation: Float64Array;
  /** As particles: where those of the simulated SDE are, counted per cell. */
  readonly particles: Float64Array;
}

/**
 * Ink in water: a drop spreads, looked at as molecules that are kicked about (the SDE), as a concentration that flows
 * (the Fokker–Planck equation), and in closed form. They are one thing, which is why a score can undo it.
 * Sohl-Dickstein et al. 2015, arXiv:1503.03585, Section 1; Song et al. 2021, arXiv:2011.13456, Appendix D.1.
 */
export function ink({ drop, schedule, t, cells, particles, key, steps = 400 }: InkOptions): Ink {
  const x = centres(cells);
  const start = Float64Array.from(x, (at) => drop.density([at]));
  const drawn = Float32Array.from(drop.sample({ count: particles, key: fold(key, 'drop') }), (point) => point[0]!);
  let state = floats([1, particles], drawn);
  const walk = simulateForward({ schedule, x: state, to: t, steps, space: batchSpace(), key: fold(key, 'kicks') });
  for (const moment of walk) state = moment.x;
  return {
    x,
    exact: densityOn({ mixture: drop, level: schedule.level(t), axes: [cells] }),
    equation: fokkerPlanck({ schedule, cells, density: start, to: t, steps }),
    particles: histogram(state.data, cells),
  };
}

/** The density of points, counted per cell: counts divided by their number and the width. */
export function histogram(points: ArrayLike<number>, { from, to, count }: Cells): Float64Array {
  const width = (to - from) / count;
  const out = new Float64Array(count);
  for (let i = 0; i < points.length; i++) {
    const cell = Math.floor((points[i]! - from) / width);
    if (cell >= 0 && cell < count) out[cell] = out[cell]! + 1 / (points.length * width);
  }
  return out;
}

export interface DensityOnOptions {
  readonly mixture: Mixture;
  readonly level: Level;
  /** One for a line, two for a picture: rows of the last axis within the first. */
  readonly axes: readonly Cells[];
}

/** The density of a noised mixture at the centres of cells, in row-major order: a line or a picture of it. */
export function densityOn({ mixture, level, axes }: DensityOnOptions): Float64Array {
  const places = axes.map(centres);
  const total = places.reduce((product, { length }) => product * length, 1);
  return Float64Array.from({ length: total }, (_, index) => {
    let rest = index;
    const point = places
      .toReversed()
      .map((along) => {
        const at = along[rest % along.length]!;
        rest = Math.floor(rest / along.length);
        return at;
      })
      .toReversed();
    return mixture.density(point, level);
  });
}
