import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Level } from './level.js';

/** What α and σ have to do with each other: α² + σ² = 1, α = 1, or α + σ = 1. */
export type ScheduleKind = 'variance-preserving' | 'variance-exploding' | 'interpolating';

/** α and σ as functions of time t ∈ [0, 1], data at 0 and noise at 1. */
export interface Curves {
  readonly alpha: (t: number) => number;
  readonly sigma: (t: number) => number;
}

export interface ScheduleDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly options: S;
  readonly curves: (options: Resolved<S>) => Curves;
  /** β of each of `count` training steps, where the source defines them directly; otherwise they follow from α. */
  readonly betas?: (count: number, options: Resolved<S>) => readonly number[];
}

/** A schedule with its options settled. */
export interface Schedule extends Curves {
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly options: Readonly<Record<string, unknown>>;
  level(t: number): Level;
  /** β of each of `count` training steps. */
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
    const { alpha, sigma } = definition.curves(options);
    return Object.freeze({
      name: definition.name,
      kind: definition.kind,
      options,
      alpha,
      sigma,
      level: (t: number) => ({ alpha: alpha(t), sigma: sigma(t) }),
      betas: (count: number) => definition.betas?.(count, options) ?? betasOf(alpha, count),
    });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

/**
 * β_i = min(1 − ᾱ((i+1)/N) / ᾱ(i/N), 0.999): a continuous schedule cut into N steps.
 * Nichol & Dhariwal 2021, arXiv:2102.09672, Section 3.2, for the formula and for the bound.
 */
function betasOf(alpha: (t: number) => number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const ratio = alpha((i + 1) / count) / alpha(i / count);
    return Math.min(1 - ratio ** 2, 0.999);
  });
}

/** `count` numbers from `first` to `last`, both included. */
export const ramp = (range: { readonly first: number; readonly last: number; readonly count: number }): number[] =>
  Array.from({ length: range.count }, (_, i) => {
    return range.first + (range.count === 1 ? 0 : (i / (range.count - 1)) * (range.last - range.first));
  });
