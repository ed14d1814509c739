import { flag } from '../../core/options.js';
import { halfLogSnr, type Level } from '../../diffusion/level.js';
import type { Past, Step, StepResult } from '../sampler.js';
import type { DpmOptions } from './dpm-options.js';
import { type Crossing, crossing, endless, varyingTerms } from './exponential.js';

/** How the last steps of a walk are taken. */
export const endingOptions = {
  lowerOrderFinal: flag({ help: 'In walks of fewer than 15 steps, lowers the order to 2 and 1 in the last two.' }),
  eulerAtFinal: flag({ help: 'Takes the last step at order 1.' }),
} as const;

export interface MultistepOptions extends DpmOptions {
  readonly eulerAtFinal: boolean;
}

/**
 * A step of DPM-Solver(++) that looks back: the varying part m is extrapolated from the last estimates.
 *
 *   m₁ = (h/h₀)·(m − m_prev),   h₀ = λ − λ_prev                                  order 2
 *   a  = m₁,  b = (h/h₁)·(m_prev − m_prev2),  h₁ = λ_prev − λ_prev2              order 3
 *   m₂ = (a − b)·h/(h₀ + h₁),   m₁ = a + m₂·h₀/h
 *
 * Lu et al. 2022, arXiv:2211.01095, Algorithm 2 and Appendix B; arXiv:2206.00927, Appendix B. Steps from pure noise and
 * to no noise, where λ is infinite, hold D.
 */
export async function dpmMultistep<X>(at: Step<X>, options: MultistepOptions): Promise<StepResult<X>> {
  const { x, from, to, denoise, lincomb, brownian } = at;
  const denoised = await denoise(x, from);
  const of = endless(from, to) ? 'data' : options.of;
  const way = crossing({ from, to, of, eta: options.eta });
  const nodes: Past<X>[] = [{ level: from, x, denoised }, ...at.history.filter(({ level }) => distinct(level, from))];
  const coefficients = nodeWeights(way, nodes, {
    ...options,
    order: orderOf(at, nodes.length, options),
    gain: to.alpha,
  });
  const drift = coefficients.flatMap((c, i) => varyingTerms(c, of, nodes[i]!));
  if (way.spread === 0) return { x: lincomb([way.carry, x], ...drift), denoised };
  return { x: lincomb([way.carry, x], ...drift, [way.spread, brownian(from, to, way.power)]), denoised };
}

/** Whether an estimate at one level tells something beside one at the other: levels at a finite distance in λ. */
const distinct = (past: Level, now: Level): boolean => past.alpha > 0 && halfLogSnr(past) !== halfLogSnr(now);

/** The order of this step: what was asked for, as far as there is a past, and lower at the end where told. */
function orderOf<X>(at: Step<X>, known: number, options: MultistepOptions): number {
  const { from, to, index, count } = at;
  const left = count - index;
  const short = options.lowerOrderFinal && count < 15;
  if (endless(from, to) || halfLogSnr(from) === halfLogSnr(to) || (left === 1 && (short || options.eulerAtFinal)))
    return 1;
  return Math.min(options.order, known, short && left === 2 ? 2 : 3);
}

interface Weighing extends Pick<DpmOptions, 'form' | 'curvature'> {
  readonly order: number;
  /** What the weights tend to as the interval grows: α′ for clean values. */
  readonly gain: number;
}

/** The weight of m at each node. */
function nodeWeights<X>(
  { h, weights: [value, slope, parabola] }: Crossing,
  nodes: readonly Past<X>[],
  { order, form, curvature, gain }: Weighing,
): readonly number[] {
  if (order === 1) return [value];
  const [now, last, before] = nodes.map(({ level }) => halfLogSnr(level)) as [number, number, number];
  const r0 = (now - last) / h;
  if (order === 2) {
    const c = (form === 'midpoint' ? value / 2 : slope) / r0;
    return [value + c, -c];
  }
  const r1 = (last - before) / h;
  const bend = { exact: parabola, half: parabola / 2, shifted: parabola / 2 - gain }[curvature];
  // slope·m₁ + bend·m₂ in the differences a and b
  const c = (slope * r0 + bend) / (r0 + r1);
  return [value + (slope + c) / r0, -(slope + c) / r0 - c / r1, c / r1];
}
