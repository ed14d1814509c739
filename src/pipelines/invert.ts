import { show, ToolkitError } from '../core/errors.js';
import { concatRows, type HostArray, rows } from '../core/host-array.js';
import { integer, number, resolve } from '../core/options.js';
import { key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import { between, cleanLevel, halfLogSnr, type Level } from '../diffusion/index.js';
import { dataShape } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import {
  type Assembled,
  assemble,
  type Choice,
  type Denoiser,
  type Interval,
  type Inversion,
  type InversionName,
  intervals,
  inversions,
  type Limit,
  type Solved,
  trajectory,
} from '../sampling/index.js';
import { type BatchRange, batchRanges } from './batches.js';
import { checkGuidance, type Guiding, type GuidingModels, guider, guidingOf, isGuided } from './guiding.js';
import { checkLabels, type Labels, rowLabels } from './labels.js';
import type { DiffusionModel } from './model.js';
import { batchNetwork } from './network.js';

type Batch = HostArray<'float32'>;

/** A model, and what it is told of every picture. */
export interface ConditionedModel extends GuidingModels {
  readonly model: DiffusionModel;
  /** One label per picture; null for "any class". Unconditional models take none. */
  readonly labels?: Labels | null;
  /** The scale of classifier-free guidance, where 1 is none, or guidance by name that does not change the path. */
  readonly guidance?: number | Guiding;
}

/** How far pictures are taken to noise, and in how many steps. */
interface WalkLength {
  /** Steps from picture to pure noise, before the one next to the picture is cut: see `inversionLevels`. */
  readonly steps: number;
  /** The part of them that is walked, from the picture up; 1 is all the way to pure noise, 0 changes nothing. */
  readonly strength?: number;
}

/** How far and on which way pictures are taken to noise: the same there and back. */
export interface InversionPlan extends WalkLength {
  readonly inversion: Choice<InversionName>;
  readonly seed: number;
  /** Whether the model's own limit is applied; what it cuts off cannot be brought back. */
  readonly limited?: boolean;
}

export interface InvertOptions extends ConditionedModel, InversionPlan {
  readonly runtime: Runtime;
  /** [N, C, H, W] in [−1, 1]. */
  readonly pictures: Batch;
  /** Pictures computed together. It does not change them. */
  readonly batch?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures as noise: what is needed to walk back to them, or on to others. */
export interface Inversions {
  readonly plan: InversionPlan;
  /** x at the first level, [N, C, H, W]. */
  readonly start: Batch;
  /** The levels of the walk back. */
  readonly levels: readonly Interval[];
  /** The noise maps of a stochastic walk, one [N, C, H, W] a step; null for a deterministic one. */
  readonly recorded: readonly Batch[] | null;
  /** How every step was solved for, from the pictures up, with one entry a picture; null where nothing is solved. */
  readonly solved: readonly Solved[] | null;
}

/** How far the work is, in steps over all batches. */
export interface WalkFrame {
  readonly done: number;
  readonly total: number;
  /** Number of the first picture of this batch. */
  readonly first: number;
  readonly step: number;
  readonly x: Batch;
}

/**
 * The levels of an inversion: those of the model's own steps, but that they meet and end at the least noise of training
 * instead of at none. The step to no noise at all is the denoiser itself, which forgets what it would not draw; a level
 * above, all of the picture is remembered, and what is added is less than a step of a byte. The last step is cut where it
 * would lower σ/α more than fourfold, without which it is not to be inverted exactly: the fewer the steps, the more are
 * added (none from 100, one to 20, three to 4 of a cosine schedule).
 */
export function inversionLevels(model: Pick<DiffusionModel, 'scheme'>, { steps, strength = 1 }: WalkLength) {
  return levelsOf(partsOf(model), { steps, strength });
}

function levelsOf(parts: Assembled, { steps, strength }: Required<WalkLength>): readonly Interval[] {
  const path = intervals(parts.steps(steps));
  const last = path.at(-1)!;
  const least = parts.grid.level(0);
  const ratio = Math.max(least.sigma / least.alpha, leastRatio);
  const isAbove = last.from.sigma / last.from.alpha > ratio;
  const end = last.to.sigma > 0 ? last.to : between({ from: last.from, to: cleanLevel, lambda: -Math.log(ratio) });
  const whole = [...path.slice(0, -1), ...(isAbove ? cut({ from: last.from, to: end }) : [])];
  const kept = strength === 0 ? 0 : Math.max(1, Math.round(strength * whole.length));
  return whole.slice(whole.length - kept);
}

/** A step as several, evenly in ln σ/α, none of which lowers σ/α more than fourfold. */
function cut({ from, to }: Interval): readonly Interval[] {
  const [start, end] = [halfLogSnr(from), halfLogSnr(to)];
  const count = Math.max(1, Math.ceil((end - start) / Math.log(4) - 1e-9));
  const at = (i: number): Level => between({ from, to, lambda: start + ((end - start) * i) / count });
  const levels = Array.from({ length: count + 1 }, (_, i) => (i === 0 ? from : i === count ? to : at(i)));
  return levels.slice(1).map((level, i) => ({ from: levels[i]!, to: level }));
}

/** σ/α at which a pixel moves by an eighth of a byte's step. */
const leastRatio = 1e-3;

/** A scheme for walks there and back: steps that meet, and no sampler of its own. */
function partsOf({ scheme }: Pick<DiffusionModel, 'scheme'>): Assembled {
  const { options = {} } = scheme.steps;
  const steps = 'landing' in options ? { ...scheme.steps, options: { ...options, landing: 'next' } } : scheme.steps;
  return assemble({ ...scheme, steps, sampler: { name: 'ddim' } });
}

const made = ({ name, options }: Choice<InversionName>): Inversion =>
  (inversions.get(name) as (options?: object) => Inversion)(options);

/** Pictures to noise, some at a time; yields after every step. Picture i is the same whatever stands beside it. */
export async function* invert(options: InvertOptions): AsyncGenerator<WalkFrame, Inversions, undefined> {
  const { model, pictures, runtime, signal, seed, guidance = 1, limited = false } = options;
  const { inversion: chosen, steps, strength = 1 } = options;
  check('invert', options);
  const inversion = made(chosen);
  if (isGuided(guidance) && inversion.refusesGuidance !== null) {
    throw new ToolkitError(
      'bad-option',
      `${inversion.name}: guidance ${typeof guidance === 'number' ? `of ${guidance} ` : ''}is refused in an inversion, because ${inversion.refusesGuidance}.`,
    );
  }
  const parts = partsOf(model);
  const levels = levelsOf(parts, { steps, strength });
  const plan = { inversion: chosen, steps, strength, seed, limited };
  if (levels.length === 0) return { plan, start: pictures, levels, recorded: null, solved: null };
  const found: { start: Batch; recorded: readonly Batch[] | null; solved: readonly Solved[] | null }[] = [];
  for await (const part of inParts({ ...options, count: pictures.shape[0]!, runtime })) {
    const { first, last, denoise, space } = part;
    const work = inversion.invert({
      ...{ denoise, steps: levels, space, key: key(seed), signal, limit: limited ? parts.limit : undefined },
      clean: rows(pictures, first, last),
    });
    for (;;) {
      const { done, value } = await work.next();
      if (done) {
        found.push({ start: value.walk.start, recorded: value.recorded, solved: value.solved });
        break;
      }
      yield frame({ part, index: value.index, count: value.count, x: value.x });
    }
  }
  return {
    plan,
    start: concatRows(found.map(({ start }) => start)),
    levels,
    recorded: found[0]?.recorded
      ? found[0].recorded.map((_, i) => concatRows(found.map(({ recorded }) => recorded![i]!)))
      : null,
    solved: found[0]?.solved ? found[0].solved.map((_, i) => together(found.map(({ solved }) => solved![i]!))) : null,
  };
}

/** The batches of one step as one. */
const together = (parts: readonly Solved[]): Solved => ({
  rounds: Math.max(...parts.map(({ rounds }) => rounds)),
  residuals: parts.flatMap(({ residuals }) => residuals),
  outcomes: parts.flatMap(({ outcomes }) => outcomes),
});

export interface WalkBackOptions extends ConditionedModel {
  readonly runtime: Runtime;
  readonly found: Inversions;
  readonly batch?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Noise to pictures [N, C, H, W], along the levels it was found on: the same pictures under the same condition, others
 * under another one.
 */
export async function* walkBack(options: WalkBackOptions): AsyncGenerator<WalkFrame, Batch, undefined> {
  const { model, found, runtime, signal } = options;
  const { plan, levels, start, recorded } = found;
  check('walkBack', { ...options, ...plan, pictures: start });
  const parts = partsOf(model);
  checkLevels(levels, levelsOf(parts, { steps: plan.steps, strength: plan.strength ?? 1 }));
  if (levels.length === 0) return start;
  const limit: Limit | undefined = plan.limited === true ? parts.limit : undefined;
  const { sampler } = made(plan.inversion);
  const { alpha } = levels.at(-1)!.to;
  const pictures: Batch[] = [];
  for await (const part of inParts({ ...options, count: start.shape[0]!, runtime })) {
    const { first, last, denoise, space } = part;
    const noises = (index: number): Batch | undefined => recorded?.[index] && rows(recorded[index], first, last);
    const walk = trajectory({
      ...{ denoise, sampler, steps: levels, space, key: key(plan.seed), limit, signal, grid: parts.grid },
      start: rows(start, first, last),
      ...(recorded && { noises }),
    });
    for (;;) {
      const { done, value } = await walk.next();
      if (done) {
        pictures.push(alpha === 1 ? value : space.lincomb([1 / alpha, value]));
        break;
      }
      yield frame({ part, index: value.index, count: levels.length, x: value.x });
    }
  }
  return concatRows(pictures);
}

/** Two models share noise only where they call the same levels by the same steps. */
function checkLevels(there: readonly Interval[], back: readonly Interval[]): void {
  const differs = (i: number): boolean =>
    (['from', 'to'] as const).some((end) => {
      const [a, b] = [there[i]?.[end], back[i]?.[end]];
      return !a || !b || Math.abs(a.alpha - b.alpha) > 1e-9 || Math.abs(a.sigma - b.sigma) > 1e-9;
    });
  const place = Array.from({ length: Math.max(there.length, back.length) }, (_, i) => i).find(differs);
  if (place === undefined) return;
  const shown = (path: readonly Interval[]): string => {
    const level = path[place]?.from;
    return level ? `alpha ${level.alpha.toPrecision(4)}, sigma ${level.sigma.toPrecision(4)}` : 'no level';
  };
  throw new ToolkitError(
    'bad-steps',
    `walkBack: the noise was found on other levels than this model walks; at step ${place} it has ${shown(there)}, ` +
      `and the model ${shown(back)}. Both models must be trained on the same schedule and sampled with the same spacing.`,
  );
}

interface Parts extends ConditionedModel {
  readonly runtime: Runtime;
  readonly count: number;
  readonly batch?: number;
}

interface Part extends BatchRange {
  /** Pictures of the job, and those computed together. */
  readonly all: number;
  readonly batch: number;
  readonly denoise: Denoiser<Batch>;
  readonly space: ReturnType<typeof batchSpace>;
}

/** The batches of a job, each with the guided denoiser of its own pictures, all on one compiled network. */
async function* inParts({ count, batch: wanted = 16, ...conditioned }: Parts): AsyncGenerator<Part> {
  const { model, labels, guidance, runtime } = conditioned;
  const batch = Math.min(count, wanted);
  const { precondition } = partsOf(model);
  using network = batchNetwork({ model, runtime, batch });
  using guide = guider({ ...conditioned, network, precondition, guiding: guidingOf(guidance) });
  for (const range of batchRanges({ count, batch })) {
    const space = batchSpace({ first: range.first });
    const own = rowLabels({ model, labels, first: range.first, count: range.count });
    const { denoise, landings } = guide({ pictures: range.pictures, labels: own, space });
    if (landings.length > 0) {
      throw new ToolkitError(
        'bad-option',
        'Under guidance that changes the path (cfg++, classifier-mean) there is no way to noise and back. Take another kind.',
      );
    }
    yield { ...range, all: count, batch, denoise, space };
  }
}

interface FrameOptions {
  readonly part: Part;
  readonly index: number;
  readonly count: number;
  readonly x: Batch;
}

const frame = ({ part: { first, all, batch }, index, count, x }: FrameOptions): WalkFrame => ({
  done: Math.floor(first / batch) * count + index + 1,
  total: Math.ceil(all / batch) * count,
  first,
  step: index + 1,
  x,
});

const numberOptions = {
  steps: integer({ default: 20, min: 1, help: 'Steps from picture to pure noise.' }),
  strength: number({ default: 1, min: 0, max: 1, help: 'The part of them that is walked.' }),
  seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Where drawn noise comes from.' }),
  batch: integer({ default: 16, min: 1, help: 'Pictures computed together.' }),
};

type Checked = ConditionedModel & Pick<InvertOptions, 'pictures' | keyof typeof numberOptions>;

/** One clear error for what cannot be asked, before anything is compiled. */
function check(who: string, { pictures, steps, strength, seed, batch, ...conditioned }: Checked): void {
  resolve(who, numberOptions, { steps, strength, seed, batch });
  const want = dataShape(conditioned.model.config);
  const [count = 0, ...shape] = pictures.shape;
  if (shape.join() !== want.join() || count === 0) {
    throw new ToolkitError(
      'shape-mismatch',
      `${who}: this model is of pictures [N, ${want.join(', ')}], got ${show(pictures.shape)}.`,
    );
  }
  checkLabels({ who, ...conditioned, count });
  checkGuidance({ who, ...conditioned, count });
}
