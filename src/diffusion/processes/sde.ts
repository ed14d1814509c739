import { show, ToolkitError } from '../../core/errors.js';
import { fold, type Key } from '../../core/random.js';
import type { Space } from '../../core/space.js';
import type { Level } from '../level.js';
import type { Schedule } from '../schedule.js';

/** An equation of motion at one time: dx = (x·x + score·∇ log p) dt + noise dw, as three coefficients. */
export interface Motion {
  readonly x: number;
  readonly score: number;
  readonly noise: number;
}

export interface MotionAt {
  readonly schedule: Schedule;
  readonly t: number;
}

/**
 * The forward SDE: dx = f·x dt + g dw. Song et al. 2021, arXiv:2011.13456, Equation 5.
 *
 * @example
 * import { constant, forwardMotion } from 'langevin/diffusion';
 * forwardMotion({ schedule: constant({ beta: 0.004 }), t: 0.5 }); // → { x: -2, score: 0, noise: 2 }
 */
export const forwardMotion = ({ schedule, t }: MotionAt): Motion => ({
  x: schedule.drift(t),
  score: 0,
  noise: schedule.diffusion(t),
});

export interface ReverseMotionAt extends MotionAt {
  /** How much noise: 1 is the reverse SDE, 0 the probability-flow ODE. */
  readonly eta?: number;
}

/**
 * The process backwards in time, a family with one set of marginals:
 *
 *   dx = (f·x − ½(1 + η²)·g²·∇ log p_t(x)) dt + η·g dw̄,   dt < 0
 *
 * η = 1: Anderson 1982; Song et al. 2021, arXiv:2011.13456, Equation 6. η = 0: the probability-flow ODE, Equation 13.
 *
 * @example
 * import { constant, reverseMotion } from 'langevin/diffusion';
 * reverseMotion({ schedule: constant({ beta: 0.004 }), t: 0.5, eta: 0 }); // → { x: -2, score: -2, noise: 0 }
 */
export function reverseMotion({ schedule, t, eta = 1 }: ReverseMotionAt): Motion {
  const g = schedule.diffusion(t);
  return { x: schedule.drift(t), score: (-(1 + eta ** 2) * g ** 2) / 2, noise: eta * g };
}

/** The right-hand side of the probability-flow ODE, dx/dt = f·x − ½·g²·∇ log p_t(x), as coefficients. */
export const probabilityFlow = (at: MotionAt): Motion => reverseMotion({ ...at, eta: 0 });

/** Where a simulation is. */
export interface Moment<X> {
  readonly t: number;
  readonly x: X;
}

export interface SimulateOptions<X> {
  readonly schedule: Schedule;
  readonly x: X;
  readonly steps: number;
  readonly space: Space<X>;
  readonly key: Key;
  readonly from?: number;
  readonly to?: number;
}

/**
 * The forward SDE simulated by Euler and Maruyama's rule, x ← x + f·h·x + g·√h·z, from one time to a later one.
 * f and g are those of the middle of a step, so that an end at which they are infinite is never asked for.
 * Yields every state after the first. Kloeden & Platen 1992, Section 9.1; weak order 1.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { simulateForward, vp } from 'langevin/diffusion';
 * const states = [...simulateForward({ schedule: vp(), x: floats([1, 1]), steps: 4, space: batchSpace(), key: key(0) })];
 * states.map(({ t }) => t); // → [0.25, 0.5, 0.75, 1]
 */
export function* simulateForward<X>(options: SimulateOptions<X>): Generator<Moment<X>> {
  const { schedule, from = 0, to = 1 } = options;
  yield* simulate({ ...options, from, to, motion: (t) => forwardMotion({ schedule, t }), score: (x) => x });
}

export interface SimulateReverseOptions<X> extends SimulateOptions<X> {
  /** ∇ log p of the noised data at a level: exact, or a network's. */
  readonly score: (x: X, level: Level) => X;
  /** 1 is the reverse SDE, 0 the probability-flow ODE. */
  readonly eta?: number;
}

/**
 * The process simulated backwards, by the same rule: the reverse SDE (η = 1) or the probability-flow ODE (η = 0).
 * For looking at the theory; samplers are better at it. Song et al. 2021, arXiv:2011.13456, Section 3.4 and 4.3.
 */
export function* simulateReverse<X>(options: SimulateReverseOptions<X>): Generator<Moment<X>> {
  const { schedule, score, eta = 1, from = 1, to = 0 } = options;
  const motion = (t: number): Motion => reverseMotion({ schedule, t, eta });
  yield* simulate({ ...options, from, to, motion, score: (x, t) => score(x, schedule.level(t)) });
}

interface Simulation<X> extends Omit<SimulateOptions<X>, 'schedule'> {
  readonly from: number;
  readonly to: number;
  readonly motion: (t: number) => Motion;
  readonly score: (x: X, t: number) => X;
}

function* simulate<X>({ x: start, steps, space, key, from, to, motion, score }: Simulation<X>): Generator<Moment<X>> {
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new ToolkitError('bad-option', `simulation: steps must be an integer ≥ 1, got ${show(steps)}.`);
  }
  const h = (to - from) / steps;
  let x = start;
  for (let i = 0; i < steps; i++) {
    const at = motion(from + (i + 0.5) * h);
    const terms: [number, X][] = [[1 + at.x * h, x]];
    if (at.score !== 0) terms.push([at.score * h, score(x, from + i * h)]);
    if (at.noise !== 0) terms.push([at.noise * Math.sqrt(Math.abs(h)), space.gaussian(x, fold(key, 'sde', i))]);
    x = space.lincomb(...terms);
    yield { t: i === steps - 1 ? to : from + (i + 1) * h, x };
  }
}
