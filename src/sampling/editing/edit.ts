import { show, ToolkitError } from '../../core/errors.js';
import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Key } from '../../core/random.js';
import type { Space } from '../../core/space.js';
import type { Grid } from '../../diffusion/grid.js';
import { type Level, magnitude } from '../../diffusion/level.js';
import type { Steps } from '../intervals.js';
import { type Landing, towardsData } from '../landing.js';
import type { Limit } from '../limit.js';
import type { Denoiser, Sampler, VarianceDenoiser } from '../sampler.js';
import { type Frame, startingNoise, trajectory } from '../trajectory.js';
import type { Batch } from './batch.js';
import { type Cost, costOf } from './cost.js';
import { asymmetric } from './h-space/asymmetric.js';
import { blend } from './painting/blend.js';
import { isEmptyMask, maskFor } from './painting/masks.js';

/** Jᵀ·v of a denoiser at (x; level), where J is the derivative of D by x. Made where gradients are: see `pipelines`. */
export type Pullback<X> = (x: X, level: Level, cotangent: X) => Promise<X>;

/** The pictures an edit begins with. */
export interface EditSource {
  /** Clean pictures [B, C, H, W] or points [B, D]. */
  readonly source: Batch;
  /** 1 where something may change and 0 where nothing may, of the shape of `source`; null where everything may. */
  readonly mask: Batch | null;
}

/** How an edit walks: everything that `trajectory` takes, and what some edits need beside. */
export interface EditWalk {
  readonly denoise: Denoiser<Batch> | VarianceDenoiser<Batch>;
  readonly sampler: Sampler;
  /** The whole walk from noise to data, of which an edit may take a part. */
  readonly steps: Steps;
  readonly space: Space<Batch>;
  readonly key: Key;
  readonly grid?: Grid | undefined;
  readonly limit?: Limit | undefined;
  /** Size of the noise at the first level; see `starts`. */
  readonly startScale?: (level: Level) => number;
  /** Changes of the path that belong to the guidance; those of the edit come after them. */
  readonly landings?: readonly Landing<Batch>[];
  /** The clean value that is wanted in place of what `denoise` says, by the asymmetric process; see `asymmetric`. */
  readonly shifted?: Denoiser<Batch>;
  readonly noises?: (index: number, label: string) => Batch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For edits that need the derivative of the denoiser. */
  readonly pullback?: Pullback<Batch>;
  /** For edits between two pictures: the other one, of the shape of the source. */
  readonly other?: Batch;
  /** The noise that makes the source, and the other picture, where it is known: x at the first level. */
  readonly latent?: Batch;
  readonly otherLatent?: Batch;
}

/** What an edit needs beside a source and a denoiser. */
export type EditNeed = 'mask' | 'other' | 'pullback';

export interface EditAt extends EditWalk, EditSource {
  /** The pictures as they were given, where the edit works on a canvas of another size; else the source. */
  readonly given: Batch;
}

export type EditFrames = AsyncGenerator<Frame<Batch>, Batch, undefined>;

export interface EditDefinition<S extends OptionSpecs> {
  readonly name: string;
  /** One sentence for the help of the command line. */
  readonly summary: string;
  readonly options: S;
  readonly needs?: readonly EditNeed[];
  /** Options with which the edit changes no bit of its source; the conformance suite tries each. */
  readonly neutral: readonly Partial<Resolved<S>>[];
  /** Source and mask on the canvas that is walked on; as they are unless told. */
  canvas?(given: EditSource, options: Resolved<S>): EditSource;
  /** What the walk costs; one plain walk unless told. */
  cost?(at: { readonly sampler: Sampler; readonly steps: Steps }, options: Resolved<S>): Cost;
  /** Walks. What lies outside of the mask is put back afterwards by `defineEdit`. */
  walk(at: EditAt, options: Resolved<S>): EditFrames;
}

/** An edit with its options settled. */
export interface Edit {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly needs: readonly EditNeed[];
  canvas(given: EditSource): EditSource;
  /** What `run` will ask of the network. */
  cost(at: { readonly sampler: Sampler; readonly steps: Steps }): Cost;
  /**
   * Frames of the way, and at the end the edited pictures: where the mask is 0 they have the bits of the source.
   * `denoise` and the rest must fit the shape of `canvas`.
   */
  run(at: EditWalk & EditSource): EditFrames;
}

export interface EditFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Edit;
  readonly definition: EditDefinition<S>;
}

/**
 * Declares an edit: its options, what it needs, and how it walks. An empty mask costs nothing and changes nothing, and
 * pixels outside of a mask come back as they were, whatever the edit does.
 */
export function defineEdit<const S extends OptionSpecs>(definition: EditDefinition<S>): EditFactory<S> {
  const { name, needs = [] } = definition;
  const create = (given: Partial<Resolved<S>> = {}): Edit => {
    const options = resolve(name, definition.options, given);
    const canvas = (source: EditSource): EditSource => definition.canvas?.(source, options) ?? source;
    const cost: Edit['cost'] = (at) => definition.cost?.(at, options) ?? costOf(at);
    async function* run(at: EditWalk & EditSource): EditFrames {
      check(name, needs, at);
      const { source, mask } = canvas(at);
      if (mask !== null && isEmptyMask(mask)) return source;
      const edited = yield* definition.walk({ ...at, given: at.source, source, mask }, options);
      return mask === null || edited === source ? edited : blend({ mask, change: edited, keep: source });
    }
    return Object.freeze({ name, options, needs, canvas, cost, run });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

function check(name: string, needs: readonly EditNeed[], at: EditWalk & EditSource): void {
  if (at.sampler.direction === 'up') {
    throw new ToolkitError(
      'bad-option',
      `${name}: the sampler ${at.sampler.name} walks from pictures to noise. Use another, for example ddim.`,
    );
  }
  if (at.mask) maskFor(at.mask, at.source.shape);
  const missing = needs.find((need) => at[need] === undefined || at[need] === null);
  if (missing !== undefined) throw new ToolkitError('bad-option', `${name} needs ${sentences[missing]}.`);
  if (at.other && at.other.shape.join() !== at.source.shape.join()) {
    throw new ToolkitError(
      'shape-mismatch',
      `${name}: the other pictures must have the shape of the source ${show(at.source.shape)}, got ${show(at.other.shape)}.`,
    );
  }
}

const sentences: Readonly<Record<EditNeed, string>> = {
  mask: 'a mask: which pixels may change, and which must stay',
  other: 'a second picture to go to',
  pullback: 'the derivative of its denoiser: give pullback, see denoiserPullback',
};

export interface PartOptions {
  readonly steps?: Steps;
  readonly start: Batch;
  readonly sampler?: Sampler;
  readonly landings?: readonly Landing<Batch>[];
  /** What the edit makes of denoisers: of the one that is walked with, and of the one that is wanted in its place. */
  readonly around?: (denoise: Denoiser<Batch>) => Denoiser<Batch>;
}

/**
 * Walks a trajectory of an edit: the usual one but for what is told. What guidance and wanted values change of the path
 * they change on steps towards the data, and the edit comes after them.
 */
export function walked(at: EditWalk, { landings = [], around, ...part }: PartOptions): EditFrames {
  const { denoise, shifted } = at;
  const wanted = shifted ? [asymmetric({ shifted: around?.(shifted) ?? shifted })] : [];
  return trajectory<Batch>({
    denoise: around?.(denoise) ?? denoise,
    sampler: at.sampler,
    steps: at.steps,
    space: at.space,
    key: at.key,
    grid: at.grid,
    limit: at.limit,
    signal: at.signal,
    ...(at.noises && { noises: at.noises }),
    ...part,
    landings: [...[...(at.landings ?? []), ...wanted].map(towardsData), ...landings],
  });
}

/** Noise to start a whole walk from: the same that plain sampling starts from. */
export const startOf = ({ steps, space, key, startScale = magnitude }: EditWalk, like: Batch): Batch =>
  startingNoise({ steps, like, space, key, scale: startScale });
