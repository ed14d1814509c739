import { show, ToolkitError } from '../core/errors.js';
import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import { derivative } from './derivative.js';
import { kinds, type ScheduleKind } from './kind.js';
import type { Level } from './level.js';

export type { ScheduleKind } from './kind.js';

/** α and σ as functions of time t ∈ [0, 1], data at 0 and noise at 1. */
export interface Curves {
  readonly alpha: (t: number) => number;
  readonly sigma: (t: number) => number;
}

/** What a schedule may say beyond α and σ; all of it follows from those, these are the exact forms. */
export interface CurveDetails extends Curves {
  /** f(t) = d ln α/dt; taken numerically where it is not given. Not for variance-exploding schedules, where it is 0. */
  readonly drift?: (t: number) => number;
  /** g(t) ≥ 0, g² = dσ²/dt − 2fσ²; for variance-exploding schedules, the others get it from f. */
  readonly diffusion?: (t: number) => number;
  /** λ(t) = ln α²/σ², where α and σ lose digits. */
  readonly logSnr?: (t: number) => number;
}

export interface ScheduleDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly options: S;
  readonly curves: (options: Resolved<S>) => CurveDetails;
  /** β of each of `count` training steps, where the source defines them directly; otherwise they follow from α. */
  readonly betas?: (count: number, options: Resolved<S>) => readonly number[];
}

/**
 * A schedule with its options settled: x_t = α(t)·x₀ + σ(t)·ε, and the SDE that has these marginals,
 *
 *   dx = f(t)·x dt + g(t) dw,   f = d ln α/dt,   g² = dσ²/dt − 2fσ² = −σ²·λ′
 *
 * Song et al. 2021, arXiv:2011.13456, Equation 5; Kingma et al. 2021, arXiv:2107.00630, Equation 2.
 */
export interface Schedule extends Curves {
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly options: Readonly<Record<string, unknown>>;
  level(t: number): Level;
  /** λ(t) = ln α²/σ²; half of it is the λ of solvers. */
  logSnr(t: number): number;
  /** dλ/dt, never positive; −∞ where there is no noise at all or nothing else. */
  logSnrSlope(t: number): number;
  /** β(t) = −2f(t), the rate at which the signal's variance decays: d ln α²/dt = −β. */
  beta(t: number): number;
  /** f(t) of the SDE. */
  drift(t: number): number;
  /** g(t) of the SDE. */
  diffusion(t: number): number;
  /** The time at which the log-SNR is λ; beyond the ends the nearest end answers. */
  time(lambda: number): number;
  /** β of each of `count` training steps; for variance-preserving schedules. */
  betas(count: number): readonly number[];
}

export interface ScheduleFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Schedule;
  readonly definition: ScheduleDefinition<S>;
}

/** Declares a schedule: its options and its curves. */
export function defineSchedule<const S extends OptionSpecs>(definition: ScheduleDefinition<S>): ScheduleFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): Schedule => {
    const options = resolve(definition.name, definition.options, given);
    const curves = definition.curves(options);
    const betas = definition.betas && ((count: number) => definition.betas!(count, options));
    return makeSchedule({ name: definition.name, kind: definition.kind, options, curves, ...(betas && { betas }) });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

export interface MakeScheduleOptions {
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly options: Readonly<Record<string, unknown>>;
  readonly curves: CurveDetails;
  readonly betas?: (count: number) => readonly number[];
}

/** A schedule out of its curves: everything that is not given follows from α and σ. */
export function makeSchedule({ name, kind, options, curves, betas }: MakeScheduleOptions): Schedule {
  const { alpha, sigma } = curves;
  const inTime = checkedTime(name);
  const level = (t: number): Level => ({ alpha: alpha(inTime(t)), sigma: sigma(t) });
  const logSnr = curves.logSnr ?? ((t: number) => 2 * Math.log(alpha(t) / sigma(t)));
  const { drift, diffusion } = sdeOf({ kind, curves });
  const known = betas ?? ((count: number) => betasOf(alpha, count));
  return Object.freeze({
    name,
    kind,
    options,
    alpha,
    sigma,
    level,
    logSnr: (t: number) => logSnr(inTime(t)),
    logSnrSlope: (t: number) => (sigma(inTime(t)) === 0 ? -Infinity : -((diffusion(t) / sigma(t)) ** 2)),
    beta: (t: number) => 0 - 2 * drift(inTime(t)),
    drift: (t: number) => drift(inTime(t)),
    diffusion: (t: number) => diffusion(inTime(t)),
    time: (lambda: number) => timeOf(logSnr, lambda),
    betas(count: number) {
      if (kind === 'variance-preserving') return known(count);
      throw noBetas({ who: name, kind });
    },
  });
}

interface SdeOptions {
  readonly kind: ScheduleKind;
  readonly curves: CurveDetails;
}

/** f and g out of one derivative: that of ln α where α moves, that of ln σ where it does not. */
function sdeOf({ kind, curves }: SdeOptions): Required<Pick<CurveDetails, 'drift' | 'diffusion'>> {
  const { alpha, sigma } = curves;
  const { spread } = kinds[kind];
  if (spread === null) {
    const slope = (t: number): number => derivative((s) => Math.log(sigma(s)), t);
    return { drift: () => 0, diffusion: curves.diffusion ?? ((t) => sigma(t) * Math.sqrt(Math.max(0, 2 * slope(t)))) };
  }
  const drift = curves.drift ?? ((t: number) => derivative((s) => Math.log(alpha(s)), t));
  const own = (t: number): number => {
    const f = drift(t);
    return f === 0 ? 0 : Math.sqrt(Math.max(0, -f * spread({ alpha: alpha(t), sigma: sigma(t) })));
  };
  return { drift, diffusion: curves.diffusion ?? own };
}

const checkedTime =
  (name: string) =>
  (t: number): number => {
    if (t >= 0 && t <= 1) return t;
    throw new ToolkitError('bad-time', `${name}: time must be a number in [0, 1], got ${show(t)}. 0 is the data.`);
  };

/** The error for asking levels that no β makes for their β. */
export const noBetas = ({ who, kind }: { readonly who: string; readonly kind: ScheduleKind }): ToolkitError =>
  new ToolkitError(
    'no-betas',
    `${who}: betas make variance-preserving levels, these are ${kind}. Use the levels, or the drift and diffusion.`,
  );

/** Where a falling curve on [0, 1] has a value, by bisection down to neighbouring numbers. */
function timeOf(logSnr: (t: number) => number, lambda: number): number {
  if (Number.isNaN(lambda)) throw new ToolkitError('bad-level', 'time: lambda must be a number, got NaN.');
  if (lambda >= logSnr(0)) return 0;
  if (lambda <= logSnr(1)) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (logSnr(middle) >= lambda) low = middle;
    else high = middle;
  }
  return Math.abs(logSnr(low) - lambda) <= Math.abs(logSnr(high) - lambda) ? low : high;
}

/**
 * β_i = min(1 − ᾱ((i+1)/N) / ᾱ(i/N), 0.999): a continuous schedule cut into N steps, the first from clean data.
 * Nichol & Dhariwal 2021, arXiv:2102.09672, Section 3.2, for the formula and for the bound.
 */
function betasOf(alpha: (t: number) => number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const ratio = alpha((i + 1) / count) / (i === 0 ? 1 : alpha(i / count));
    return Math.min(Math.max(0, 1 - ratio ** 2), 0.999); // where α hardly moves rounding may let it rise
  });
}

/** `count` numbers from `first` to `last`, both included. */
export const ramp = (range: { readonly first: number; readonly last: number; readonly count: number }): number[] =>
  Array.from({ length: range.count }, (_, i) => {
    return range.first + (range.count === 1 ? 0 : (i / (range.count - 1)) * (range.last - range.first));
  });
