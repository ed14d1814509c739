import { between, halfLogSnr, type Level } from '../../diffusion/level.js';
import type { Past, Step, StepResult } from '../sampler.js';
import { type Crossing, crossing, endless, type Varying, varyingTerms } from './exponential.js';

export interface SinglestepOptions {
  readonly order: 1 | 2 | 3;
  readonly of: Varying;
  readonly eta: number;
  /** Where D is taken again, as a fraction of the interval in λ; order 3 does so at r and 2r. */
  readonly r: number;
}

/**
 * A step of DPM-Solver(++) that looks ahead: m is taken again inside the interval, at s = r of its length in λ.
 *
 *   order 2:  x_r = (order 1 to r),   x′ = (order 1 to the end) + w₀·(m_r − m)/(2r)
 *   order 3:  x_r as before,          x_2r = (order 1 to 2r) + w₁(2r)·2·(m_r − m),   x′ = … + w₁·(m_2r − m)/(2r)
 *
 * w are the weights of `crossing`. Lu et al. 2022, arXiv:2206.00927, Algorithms 1 and 2, and arXiv:2211.01095,
 * Algorithm 1. Steps from pure noise and to no noise, where λ is infinite, hold D.
 */
export async function dpmSinglestep<X>(at: Step<X>, options: SinglestepOptions): Promise<StepResult<X>> {
  const { x, from, to, denoise } = at;
  const { order, of, eta, r } = options;
  const denoised = await denoise(x, from);
  const first: Past<X> = { level: from, x, denoised };
  if (order === 1 || endless(from, to)) {
    return {
      x: moved(at, { to, of: endless(from, to) ? 'data' : of, eta, nodes: [first], weigh: ([w]) => [w] }),
      denoised,
    };
  }
  const look = async (level: Level, nodes: readonly Past<X>[], weigh: Weigh): Promise<Past<X>> => {
    const there = moved(at, { to: level, of, eta, nodes, weigh });
    return { level, x: there, denoised: await denoise(there, level) };
  };
  const second = await look(partway(from, to, r), [first], ([w]) => [w]);
  if (order === 2) {
    const weigh: Weigh = ([w]) => [w * (1 - 1 / (2 * r)), w / (2 * r)];
    return { x: moved(at, { to, of, eta, nodes: [first, second], weigh }), denoised };
  }
  const third = await look(partway(from, to, 2 * r), [first, second], ([w, slope]) => [w - 2 * slope, 2 * slope]);
  const weigh: Weigh = ([w, slope]) => [w - slope / (2 * r), slope / (2 * r)];
  return { x: moved(at, { to, of, eta, nodes: [first, third], weigh }), denoised };
}

/** The weights of m at the nodes, out of those of a crossing. */
export type Weigh = (weights: Crossing['weights']) => readonly number[];

interface Move<X> {
  readonly to: Level;
  readonly of: Varying;
  readonly eta: number;
  readonly nodes: readonly Past<X>[];
  /** The weight of m at each node. */
  readonly weigh: Weigh;
}

/** x at `to`, from the start of the interval and m at the nodes. */
export function moved<X>(
  { x, from, lincomb, brownian }: Pick<Step<X>, 'x' | 'from' | 'lincomb' | 'brownian'>,
  { to, of, eta, nodes, weigh }: Move<X>,
): X {
  const way = crossing({ from, to, of, eta });
  const drift = weigh(way.weights).flatMap((c, i) => varyingTerms(c, of, nodes[i]!));
  if (way.spread === 0) return lincomb([way.carry, x], ...drift);
  return lincomb([way.carry, x], ...drift, [way.spread, brownian(from, to, way.power)]);
}

/** The level at the fraction r of the way in λ. */
export function partway(from: Level, to: Level, r: number): Level {
  const [start, end] = [halfLogSnr(from), halfLogSnr(to)];
  return between({ from, to, lambda: start + r * (end - start) });
}
