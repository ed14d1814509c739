import { halfLogSnr } from '../../diffusion/level.js';
import type { Past, Step, StepResult } from '../sampler.js';
import type { DpmOptions } from './dpm-options.js';
import { moved, type Weigh } from './dpm-singlestep.js';
import { type Crossing, endless } from './exponential.js';

/**
 * Single-step DPM-Solver(++) whose inner levels are levels of the walk: `order` steps make a group, and the k-th of
 * them goes from the start of the group to its own end with the k estimates made since. One estimate per step.
 *
 * Lu et al. 2022, arXiv:2206.00927, Section 3.4 ("DPM-Solver-fast"), as diffusers' DPMSolverSinglestepScheduler.
 */
export async function dpmGrouped<X>(at: Step<X>, options: DpmOptions): Promise<StepResult<X>> {
  const { x, from, to, index, count, history, denoise } = at;
  const { of, eta } = options;
  const denoised = await denoise(x, from);
  const here: Past<X> = { level: from, x, denoised };
  const wanted = groupOrders({ ...options, count })[index] ?? 1;
  const group = [here, ...history].slice(0, wanted).reverse(); // the start of the group first
  const start = group[0]!;
  if (group.length < wanted || wanted === 1 || endless(start.level, to)) {
    const held = endless(from, to) ? 'data' : of;
    return { x: moved(at, { to, of: held, eta, nodes: [here], weigh: ([w]) => [w] }), denoised };
  }
  const places = group.map(({ level }) => halfLogSnr(level));
  const weigh: Weigh = (weights) => groupWeights(weights, { ...options, places, end: halfLogSnr(to), gain: to.alpha });
  return { x: moved({ ...at, x: start.x, from: start.level }, { to, of, eta, nodes: group, weigh }), denoised };
}

interface GroupWeighing extends Pick<DpmOptions, 'form' | 'curvature'> {
  /** λ of the group's levels so far, and of the end. */
  readonly places: readonly number[];
  readonly end: number;
  readonly gain: number;
}

/**
 * The weight of m at each level of the group. With a = (m_last − m)/r_last, b = (m_inner − m)/r_inner, r in parts of h:
 *
 *   two:    w₀·m + (w₀/2 or w₁)·a
 *   three:  w₀·m + w₁·a                                           midpoint: third order if the levels are even in λ
 *           w₀·m + w₁·(r_last·b − r_inner·a)/(r_last − r_inner) + w₂·(a − b)/(r_last − r_inner)      heun
 */
function groupWeights(
  [value, slope, parabola]: Crossing['weights'],
  { form, curvature, places, end, gain }: GroupWeighing,
): readonly number[] {
  const start = places[0]!;
  const rLast = (places.at(-1)! - start) / (end - start);
  if (places.length === 2) {
    const c = (form === 'midpoint' ? value / 2 : slope) / rLast;
    return [value - c, c];
  }
  if (form === 'midpoint') return [value - slope / rLast, 0, slope / rLast];
  const rInner = (places[1]! - start) / (end - start);
  const bend = { exact: parabola, half: parabola / 2, shifted: parabola - 2 * gain }[curvature];
  const ca = (bend - slope * rInner) / (rLast - rInner) / rLast;
  const cb = (slope * rLast - bend) / (rLast - rInner) / rInner;
  return [value - ca - cb, cb, ca];
}

export interface GroupOrders extends Pick<DpmOptions, 'order' | 'lowerOrderFinal'> {
  readonly count: number;
}

/**
 * The order of each step: 1 2 3 1 2 3 …, cut off at the end. `lowerOrderFinal` keeps the last steps below: the last is
 * of order 1, and no group is left unfinished before it.
 */
export function groupOrders({ order, count, lowerOrderFinal }: GroupOrders): readonly number[] {
  const cycle = (length: number): number[] => Array.from({ length }, (_, i) => (i % order) + 1);
  const whole = !lowerOrderFinal || order === 1 || (order === 3 && count % 3 === 2);
  return whole ? cycle(count) : [...cycle(count - 1), 1];
}
