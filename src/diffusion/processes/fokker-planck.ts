import { show, ToolkitError } from '../../core/errors.js';
import type { Schedule } from '../schedule.js';

/** Cells of equal width on a line. */
export interface Cells {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Centres of the cells. */
export const centres = ({ from, to, count }: Cells): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((i + 0.5) * (to - from)) / count);

export interface FokkerPlanckOptions {
  readonly schedule: Schedule;
  readonly cells: Cells;
  /** The density at the start, at the centres of the cells. */
  readonly density: ArrayLike<number>;
  readonly from?: number;
  readonly to?: number;
  readonly steps: number;
}

/**
 * How a density moves under the SDE of a schedule, in one dimension, by finite volumes:
 *
 *   ∂p/∂t = −∂J/∂x,   J = f·x·p − ½·g²·∂p/∂x,   J = 0 at both ends
 *
 * Song et al. 2021, arXiv:2011.13456, Equation 36, with Crank and Nicolson's rule in time and central differences in
 * space: second order in both, and what leaves one cell enters the next, so that mass is conserved to rounding.
 * f and g are those of the middle of a step. Ink in water, seen as a concentration.
 */
export function fokkerPlanck(options: FokkerPlanckOptions): Float64Array {
  const { schedule, cells, density, from = 0, to = 1, steps } = options;
  const { count } = cells;
  if (density.length !== count || !(Number.isInteger(steps) && steps >= 1)) {
    throw new ToolkitError(
      'bad-option',
      `fokkerPlanck: need a density of ${count} cells and an integer of steps ≥ 1, ` +
        `got ${density.length} values and ${show(steps)} steps.`,
    );
  }
  const width = (cells.to - cells.from) / count;
  const h = (to - from) / steps;
  let p: Float64Array = Float64Array.from(density);
  for (let n = 0; n < steps; n++) {
    const t = from + (n + 0.5) * h;
    const [f, spread] = [schedule.drift(t), schedule.diffusion(t) ** 2 / 2];
    // J at the wall right of cell i: a·p_i + b·p_{i+1}
    const wall = (i: number): readonly [number, number] => {
      const drift = (f * (cells.from + (i + 1) * width)) / 2;
      return [drift + spread / width, drift - spread / width];
    };
    const k = h / (2 * width);
    const [lower, diagonal, upper] = [
      new Float64Array(count),
      new Float64Array(count).fill(1),
      new Float64Array(count),
    ];
    const right = Float64Array.from(p);
    for (let i = 0; i < count - 1; i++) {
      const [a, b] = wall(i);
      const flow = a * p[i]! + b * p[i + 1]!;
      right[i] = right[i]! - k * flow;
      right[i + 1] = right[i + 1]! + k * flow;
      diagonal[i] = diagonal[i]! + k * a;
      upper[i] = k * b;
      lower[i + 1] = -k * a;
      diagonal[i + 1] = diagonal[i + 1]! - k * b;
    }
    p = solved({ lower, diagonal, upper, right });
  }
  return p;
}

interface Tridiagonal {
  readonly lower: Float64Array;
  readonly diagonal: Float64Array;
  readonly upper: Float64Array;
  readonly right: Float64Array;
}

/** Gauss elimination of a tridiagonal system (Thomas), in place. */
function solved({ lower, diagonal, upper, right }: Tridiagonal): Float64Array {
  const count = right.length;
  for (let i = 1; i < count; i++) {
    const m = lower[i]! / diagonal[i - 1]!;
    diagonal[i] = diagonal[i]! - m * upper[i - 1]!;
    right[i] = right[i]! - m * right[i - 1]!;
  }
  for (let i = count - 1; i >= 0; i--) {
    const next = i + 1 < count ? upper[i]! * right[i + 1]! : 0;
    right[i] = (right[i]! - next) / diagonal[i]!;
  }
  return right;
}
