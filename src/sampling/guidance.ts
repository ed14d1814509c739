import { ToolkitError } from '../core/errors.js';
import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Space } from '../core/space.js';
import type { Level } from '../diffusion/level.js';
import type { Landed, Landing } from './landing.js';
import { remembered } from './remembered.js';
import { running } from './rules/running.js';
import type { Denoiser } from './sampler.js';

/** ∇ₓ log p(y | x) of a classifier that knows noise, at a level; y is already bound. */
export type Gradient<X> = (x: X, level: Level) => Promise<X>;

/** One condition of several: how much it counts, negative for what must not be. */
export interface Part<X> {
  readonly denoise: Denoiser<X>;
  /** One number, or one for each row of the batch. */
  readonly weight: number | readonly number[];
}

/** What a guidance may ask, by the part it plays. */
export interface Roles<X> {
  /** The denoiser to be guided: the model told what is wanted, or a model that is told nothing. */
  readonly conditional: Denoiser<X>;
  /** What it is compared with: the model told no class, or anything else to get away from. */
  readonly unconditional: Denoiser<X>;
  /** The model told what is not wanted. */
  readonly negatives: readonly Denoiser<X>[];
  /** A smaller or less trained model of the same data. */
  readonly weak: Denoiser<X>;
  /** The model told one condition each. */
  readonly parts: readonly Part<X>[];
  /** The outcome of other guidance, for what corrects or switches it. */
  readonly guided: Denoiser<X>;
  /** Where a classifier sees more of what is wanted. */
  readonly gradient: Gradient<X>;
}

export type Role = keyof Roles<unknown>;

/** A denoiser with the changes of the path that belong to it: what `trajectory` takes under these names. */
export interface GuidedPath<X> {
  readonly denoise: Denoiser<X>;
  readonly landings: readonly Landing<X>[];
}

/** Whether guidance is a denoiser and nothing else, or changes the path as well. */
export type Changes = 'denoiser' | 'path';

type Made<C extends Changes, X> = C extends 'path' ? GuidedPath<X> : Denoiser<X>;

/** The denoisers a guidance asks, and the space they live in. */
export type Asked<X, R extends Role> = Pick<Roles<X>, R> & { readonly space: Space<X> };

/** One question: what is expected at x? */
export type Question<X, R extends Role> = Asked<X, R> & {
  readonly x: X;
  readonly level: Level;
  /** value + share·(the same at the level before), for guidance with a momentum; see `running`. */
  running(value: X, share: number): X;
};

export interface GuidanceDefinition<R extends Role, S extends OptionSpecs, C extends Changes> {
  readonly name: string;
  readonly changes: C;
  readonly asks: readonly R[];
  readonly options: S;
  /** The setting that changes nothing, and what is returned then; null where denoisers alone decide. */
  readonly neutral: Neutral<R, S> | null;
  /** Answers for one clean value, with two of `negatives` and `parts`; `guided` and `gradient` count as one. */
  readonly evaluations: number;
  /** How it is asked for on the command line. */
  readonly usage: string;
  /** D(x; level) out of those that are asked; ask them all before waiting, so that a network answers in one run. */
  guide<X>(at: Question<X, R>, options: Resolved<S>): Promise<X>;
  /** For those that change the path: what becomes of x after a step. Denoisers repeat what they said last. */
  land?<X>(at: Landed<X> & Asked<X, R>, options: Resolved<S>): X | Promise<X>;
  /** Whether landings of the guidance inside happen; without it, guidance that changes the path is refused there. */
  lets?(from: Level, options: Resolved<S>): boolean;
}

export interface Neutral<R extends Role, S extends OptionSpecs> {
  readonly options: Partial<Resolved<S>>;
  readonly equals: Exclude<R, 'negatives' | 'parts'>;
}

export interface GuidanceFactory<
  R extends Role = Role,
  S extends OptionSpecs = OptionSpecs,
  C extends Changes = Changes,
> {
  <X>(given: Asked<X, R> & Partial<Resolved<S>>): Made<C, X>;
  readonly definition: GuidanceDefinition<R, S, C>;
}

/**
 * Declares a guidance: the denoisers it asks, its options, and what it makes of them. Guidance turns denoisers into a
 * denoiser and knows neither sampler nor network; several nest.
 */
export function defineGuidance<const R extends Role, const S extends OptionSpecs, const C extends Changes>(
  definition: GuidanceDefinition<R, S, C>,
): GuidanceFactory<R, S, C> {
  const { name, changes, asks, neutral } = definition;
  const ours: readonly string[] = [...asks, 'space'];
  const create = <X>(given: Asked<X, R> & Partial<Resolved<S>>): Made<C, X> => {
    const missing = ours.find((role) => (given as Readonly<Record<string, unknown>>)[role] === undefined);
    if (missing !== undefined) {
      throw new ToolkitError('missing-role', `${name} asks ${ours.join(', ')}, and ${missing} was not given.`);
    }
    const entries = Object.entries(given);
    const asked = Object.fromEntries(entries.filter(([key]) => ours.includes(key))) as Asked<X, R>;
    const own = Object.fromEntries(entries.filter(([key]) => !ours.includes(key))) as Partial<Resolved<S>>;
    const options = resolve(name, definition.options, own);
    const isNeutral =
      neutral !== null && Object.entries(neutral.options).every(([key, value]) => options[key] === value);
    const path = isNeutral
      ? { denoise: asked[neutral.equals] as Denoiser<X>, landings: [] }
      : pathOf({ definition, asked: definition.land ? rememberedRoles(asked) : asked, options });
    return (changes === 'path' ? path : path.denoise) as Made<C, X>;
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

interface PathOf<X, R extends Role, S extends OptionSpecs, C extends Changes> {
  readonly definition: GuidanceDefinition<R, S, C>;
  readonly asked: Asked<X, R>;
  readonly options: Resolved<S>;
}

function pathOf<X, R extends Role, S extends OptionSpecs, C extends Changes>(given: PathOf<X, R, S, C>): GuidedPath<X> {
  const { definition, asked, options } = given;
  const sums = running(asked.space);
  const landing: Landing<X> = (at) => definition.land!({ ...at, ...asked }, options);
  return {
    denoise: (x, level) =>
      definition.guide({ ...asked, x, level, running: (value, share) => sums({ value, share, level }) }, options),
    landings: definition.land ? [landing] : [],
  };
}

/** What a step has asked is not asked again by its landing. */
const rememberedRoles = <X, R extends Role>(asked: Asked<X, R>): Asked<X, R> =>
  Object.fromEntries(
    Object.entries(asked).map(([role, value]) => [
      role,
      typeof value === 'function' ? remembered(value as Denoiser<X>) : value,
    ]),
  ) as Asked<X, R>;
