import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Term } from '../core/space.js';
import type { Grid } from '../diffusion/grid.js';
import type { Level } from '../diffusion/level.js';

/** D(x; level): the expected clean value given x = α·clean + σ·noise. Conditioning is already bound. */
export type Denoiser<X> = (x: X, level: Level) => Promise<X>;

/** What a network that was trained with a learned variance says: the clean value, and its second output as it is. */
export interface Estimate<X> {
  readonly denoised: X;
  readonly variance: X;
}

/** A denoiser whose network has a second output, for the variance of a step: both out of one call. */
export interface VarianceDenoiser<X> extends Denoiser<X> {
  readonly estimate: (x: X, level: Level) => Promise<Estimate<X>>;
}

/** What a step leaves behind for the next ones. */
export interface Past<X> {
  readonly level: Level;
  /** x at `level`, where the step started (after its corrector, for samplers that have one). */
  readonly x: X;
  readonly denoised: X;
  /** Length of the last step inside the interval, for samplers that choose it themselves. */
  readonly stride?: number;
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
  /** Levels between, where the steps prescribe them; empty otherwise. */
  readonly via: readonly Level[];
  /** Number of this step, and of all steps of the walk. */
  readonly index: number;
  readonly count: number;
  /** Past estimates, most recent first; shorter than `memory` at the start. */
  readonly history: readonly Past<X>[];
  /** The denoiser with the limit (clipping, thresholding) applied: what a rule should use. */
  readonly denoise: Denoiser<X>;
  /** The denoiser before the limit, for the rule that takes its noise from there. */
  readonly unlimited: Denoiser<X>;
  /** The denoiser with the limit applied and the network's variance beside it; null where the network has none. */
  readonly estimate: ((x: X, level: Level) => Promise<Estimate<X>>) | null;
  /** The levels of training, for rules that count in their indices; null where the walk was not told. */
  readonly grid: Grid | null;
  /** The limit alone; returns its argument where none was asked for. */
  limit(denoised: X): X;
  lincomb(...terms: readonly Term<X>[]): X;
  /** Unit Gaussian keyed by (seed, step, label): skipping one draw never shifts another. */
  noise(label: string): X;
  /**
   * Unit Gaussian ∝ ∫ e^{power·λ} dW, λ = ln(α/σ), over the interval, of one Brownian motion per walk: it depends on the
   * interval and not on the number of the step, so that finer steps approach one solution of the SDE. The power is 1
   * unless told: the noise of the reverse SDE.
   */
  brownian(a: Level, b: Level, power?: number): X;
}

export interface StepResult<X> {
  readonly x: X;
  readonly denoised: X;
  /** What to remember of this step; where it started, x there and `denoised` unless told. */
  readonly past?: Past<X>;
}

/** What the conformance suite measures of every sampler. */
export type SamplerCheck = 'evaluations' | 'order' | 'constant' | 'pure-noise' | 'scale';

export interface SamplerDefinition<S extends OptionSpecs> {
  readonly name: string;
  /** From noise to data unless told; 'up' walks the steps backwards and may start at the level without noise. */
  readonly direction?: 'up';
  /** Order of convergence at default options; the conformance suite measures it. */
  readonly order: number;
  /** Denoiser calls per step, the last step excepted. */
  readonly evaluations: number;
  /** Denoiser calls of a step that ends without noise; 1 unless told. */
  readonly lastEvaluations?: number;
  /** How many past estimates `step` reads at most. */
  readonly memory: number;
  /** Checks that make no sense for this rule, each with the reason. */
  readonly exempt?: Readonly<Partial<Record<SamplerCheck, string>>>;
  readonly options: S;
  step<X>(at: Step<X>, options: Resolved<S>): Promise<StepResult<X>>;
}

/** A sampler with its options settled. The loop around it is `trajectory`. */
export interface Sampler {
  readonly name: string;
  readonly direction: 'down' | 'up';
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
    const { name, memory, direction = 'down' } = definition;
    return Object.freeze({ name, direction, memory, options, step: <X>(at: Step<X>) => definition.step(at, options) });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}
