import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Term } from '../core/space.js';
import type { Level } from '../diffusion/level.js';

/** D(x; level): the expected clean value given x = α·clean + σ·noise. Conditioning is already bound. */
export type Denoiser<X> = (x: X, level: Level) => Promise<X>;

export interface Past<X> {
  readonly level: Level;
  readonly x: X;
  readonly denoised: X;
}

/**
 * One interval of the noise axis, crossed from level `from` to level `to`.
 *
 * A level is a pair (α, σ), where the literature of σ alone sets α = 1: with pairs one rule serves both notations, and
 * pure noise is a level and not a limit (σ/α = ∞).
 */
export interface Step<X> {
  readonly x: X;
  readonly from: Level;
  readonly to: Level;
  /** Past estimates, most recent first; shorter than `memory` at the start. */
  readonly history: readonly Past<X>[];
  /** The denoiser with the limit (clipping, thresholding) applied: what a rule should use. */
  readonly denoise: Denoiser<X>;
  /** The denoiser before the limit, for the rule that takes its noise from there. */
  readonly unlimited: Denoiser<X>;
  /** The limit alone; returns its argument where none was asked for. */
  limit(denoised: X): X;
  lincomb(...terms: readonly Term<X>[]): X;
  /** Unit Gaussian keyed by (seed, step, label): skipping one draw never shifts another. */
  noise(label: string): X;
}

export interface StepResult<X> {
  readonly x: X;
  readonly denoised: X;
}

export interface SamplerDefinition<S extends OptionSpecs> {
  readonly name: string;
  /** Order of convergence at default options; the conformance suite measures it. */
  readonly order: number;
  /** Denoiser calls per step, the last step excepted. */
  readonly evaluations: number;
  /** How many past estimates `step` reads. */
  readonly memory: number;
  readonly options: S;
  step<X>(at: Step<X>, options: Resolved<S>): Promise<StepResult<X>>;
}

/** A sampler with its options settled. The loop around it is `trajectory`. */
export interface Sampler {
  readonly name: string;
  readonly memory: number;
  readonly options: Readonly<Record<string, unknown>>;
  step<X>(at: Step<X>): Promise<StepResult<X>>;
}

export interface SamplerFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Sampler;
  readonly definition: SamplerDefinition<S>;
}

/** Declares a sampler: its options and its rule for one interval. */
export function defineSampler<const S extends OptionSpecs>(definition: SamplerDefinition<S>): SamplerFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): Sampler => {
    const options = resolve(definition.name, definition.options, given);
    const { name, memory } = definition;
    return Object.freeze({ name, memory, options, step: <X>(at: Step<X>) => definition.step(at, options) });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
