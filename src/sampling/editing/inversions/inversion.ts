import { ToolkitError } from '../../../core/errors.js';
import { finish } from '../../../core/finish.js';
import { type OptionSpecs, type Resolved, resolve } from '../../../core/options.js';
import type { Key } from '../../../core/random.js';
import type { Space } from '../../../core/space.js';
import type { Level } from '../../../diffusion/level.js';
import { type Interval, intervals, type Steps } from '../../intervals.js';
import type { Limit } from '../../limit.js';
import type { Denoiser, Sampler } from '../../sampler.js';
import type { TrajectoryOptions } from '../../trajectory.js';

/** What is to be inverted, and by which denoiser. */
export interface InversionTask<X> {
  /** The denoiser of the walk back; with guidance already in it, where the inversion can take that. */
  readonly denoise: Denoiser<X>;
  /** The picture. */
  readonly clean: X;
  /** The levels of the walk back, from noise to picture, each step starting where the last one landed. */
  readonly steps: Steps;
  readonly space: Space<X>;
  readonly key: Key;
  /** The limit of the walk back. */
  readonly limit?: Limit | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one step of an inversion found. */
export interface InversionFrame<X> {
  /** Steps done before this one, and in all. */
  readonly index: number;
  readonly count: number;
  /** Where it landed: x at `level`. */
  readonly level: Level;
  readonly x: X;
  /** How well the step back returns, for inversions that solve for it; null for the others. */
  readonly solved: Solved | null;
}

/** How a step was solved for; of a batch, one entry of `residuals` a row. */
export interface Solved {
  /** Denoiser calls it took. */
  readonly rounds: number;
  /** Root mean square of what the step back misses, of every row. */
  readonly residuals: readonly number[];
  /** `diverged`: it grew and was given up, `stalled`: the rounds were used up; the best guess was kept. */
  readonly outcomes: readonly ('converged' | 'stalled' | 'diverged')[];
}

/** What `trajectory` needs to walk back to the picture, beside denoiser, space and key. */
export type WalkBack<X> = Pick<TrajectoryOptions<X>, 'start' | 'steps' | 'sampler' | 'noises'>;

/** A picture as noise. */
export interface Inverted<X> {
  readonly walk: WalkBack<X>;
  /** The noise maps of a stochastic walk, one a step; null for a deterministic one. */
  readonly recorded: readonly X[] | null;
  /** How every step was solved for, from the picture up; null where nothing is solved. */
  readonly solved: readonly Solved[] | null;
}

/** What the rule of an inversion finds: x at the first level, and the noise of every step of the walk back. */
export interface Found<X> {
  readonly start: X;
  readonly recorded?: readonly X[];
}

export interface InversionDefinition<S extends OptionSpecs> {
  readonly name: string;
  /** How the error of the way there and back falls with the step h: as h^order; Infinity is exact but for rounding. */
  readonly order: number;
  /** Denoiser calls a step, at least. */
  readonly evaluations: number;
  /** Why a guided denoiser is refused; null where it is as good as any other. */
  readonly refusesGuidance: string | null;
  /** Why steps must end above the level without noise; null where they may end there. */
  readonly refusesClean: string | null;
  readonly options: S;
  /** The sampler of the walk back. */
  readonly sampler: (options: Resolved<S>) => Sampler;
  /** From the picture up: yields every level and returns what was found. */
  invert<X>(task: UpwardTask<X>, options: Resolved<S>): AsyncGenerator<InversionFrame<X>, Found<X>, undefined>;
}

/** A task, checked: x at the least noisy level, and the steps of the walk back as intervals. */
export interface UpwardTask<X> extends Omit<InversionTask<X>, 'steps' | 'clean'> {
  readonly clean: X;
  /** α·clean at the last level: where the walk back should end. */
  readonly end: X;
  readonly steps: readonly Interval[];
  readonly sampler: Sampler;
}

/** An inversion with its options settled. */
export interface Inversion {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly sampler: Sampler;
  readonly refusesGuidance: string | null;
  readonly refusesClean: string | null;
  invert<X>(task: InversionTask<X>): AsyncGenerator<InversionFrame<X>, Inverted<X>, undefined>;
}

export interface InversionFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Inversion;
  readonly definition: InversionDefinition<S>;
}

/** Declares an inversion: its options, the sampler of the walk back, and the rule of the walk up. */
export function defineInversion<const S extends OptionSpecs>(definition: InversionDefinition<S>): InversionFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): Inversion => {
    const options = resolve(definition.name, definition.options, given);
    const { name, refusesGuidance, refusesClean } = definition;
    const sampler = definition.sampler(options);
    async function* invert<X>(task: InversionTask<X>): AsyncGenerator<InversionFrame<X>, Inverted<X>, undefined> {
      const steps = connected(name, task.steps);
      const last = steps.at(-1)!.to;
      if (last.sigma === 0 && refusesClean !== null) throw endsClean(name, refusesClean);
      const end = last.alpha === 1 ? task.clean : task.space.lincomb([last.alpha, task.clean]);
      const solved: Solved[] = [];
      const work = definition.invert({ ...task, end, steps, sampler }, options);
      for (;;) {
        task.signal?.throwIfAborted();
        const { done, value } = await work.next();
        if (done) return inverted({ ...value, steps, sampler, solved });
        if (value.solved) solved.push(value.solved);
        yield value;
      }
    }
    return Object.freeze({ name, options, sampler, refusesGuidance, refusesClean, invert });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

const inverted = <X>({
  start,
  recorded,
  steps,
  sampler,
  solved,
}: Found<X> & Pick<UpwardTask<X>, 'steps' | 'sampler'> & { readonly solved: readonly Solved[] }): Inverted<X> => ({
  walk: { start, steps, sampler, ...(recorded && { noises: (index: number) => recorded[index] }) },
  recorded: recorded ?? null,
  solved: solved.length > 0 ? solved : null,
});

/** Runs an inversion to its end. */
export const invertAll = <X>(inversion: Inversion, task: InversionTask<X>): Promise<Inverted<X>> =>
  finish(inversion.invert(task));

/** Steps as intervals that meet: a walk up has to land where the walk back starts. */
function connected(who: string, steps: Steps): readonly Interval[] {
  const path = intervals(steps);
  const gap = path.findIndex(({ from }, i) => i > 0 && !same(path[i - 1]!.to, from));
  if (gap < 0) return path;
  throw new ToolkitError(
    'bad-steps',
    `${who}: step ${gap} does not start where step ${gap - 1} lands, and what lies between cannot be inverted. ` +
      "Take steps that meet (landing 'next').",
  );
}

const same = (a: Level, b: Level): boolean => a.alpha === b.alpha && a.sigma === b.sigma;

const endsClean = (who: string, reason: string): ToolkitError =>
  new ToolkitError(
    'bad-steps',
    `${who}: the last step ends without noise. ${reason} Take steps that end at a noisy level.`,
  );
