import { ToolkitError } from '../core/errors.js';
import { finish } from '../core/finish.js';
import { floats, type HostArray, rows, type Shape, sizeOf } from '../core/host-array.js';
import type { Key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import type { Level } from '../diffusion/index.js';
import type { Runtime } from '../runtime/index.js';
import {
  assemble,
  asymmetric,
  ddimInverse,
  type EditingInterval,
  intervals,
  qualityBoost,
  reversed,
  type Scheme,
  timeOf,
  trajectory,
} from '../sampling/index.js';
import { type GenerateFrame, inTurn } from './batches.js';
import { checkGuidance, type Guiding, type GuidingModels, guider, guidingOf } from './guiding.js';
import { bottleneck, type DeltaFunction, type Hspace, hspace } from './hspace.js';
import { checkLabels, type Labels, rowLabels } from './labels.js';
import type { DiffusionModel } from './model.js';
import { batchNetwork } from './network.js';
import { questions } from './questions.js';
import { type Change, twinPath } from './twin-path.js';

type Batch = HostArray<'float32'>;

/** A change of h at strength 1: a fixed one for every time, or a trained function of h. */
export type SemanticChange =
  | { readonly kind: 'fixed'; readonly times: readonly number[]; readonly values: Batch }
  | { readonly kind: 'function'; readonly learned: DeltaFunction };

/** One attribute, and how strongly each picture gets it; below zero the other way. */
export interface SemanticEdit {
  readonly change: SemanticChange;
  /** One number a picture. */
  readonly strengths: readonly number[];
}

export interface SemanticOptions extends GuidingModels {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  /** x at the noisiest level [N, C, H, W]: noise, or real pictures inverted. */
  readonly start: Batch;
  /** One label a picture; null for "any class". Unconditional models take none. */
  readonly labels?: Labels | undefined;
  /** How labels are followed: the scale of classifier-free guidance, where 1 is none, or guidance by name. */
  readonly guidance?: number | Guiding;
  readonly edits: readonly SemanticEdit[];
  readonly interval?: EditingInterval;
  readonly tap?: string;
  /** Parts of the model's own scheme to replace: sampler, steps, limit. */
  readonly scheme?: Partial<Pick<Scheme, 'sampler' | 'steps' | 'limit'>>;
  readonly steps: number;
  readonly key: Key;
  /** Number of the first picture in the whole job, for streams of noise. */
  readonly first?: number;
  /** Pictures computed together. It does not change them. */
  readonly batch?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What is known after one step of one batch. */
export type SemanticFrame = GenerateFrame;

/** The whole walk is edited and none of it boosted. */
export const wholeWalk: EditingInterval = Object.freeze({ edit: 0, boost: 0 });

/**
 * From noise to pictures with edits in h-space: the asymmetric reverse process of Kwon et al. 2023 (arXiv:2210.10960,
 * Equations 4 and 8) around any sampler,
 *
 *   t ≥ t_edit:  x₀ from D(x; h + Σ strength·Δh), the direction of the noise from D(x; h)
 *   t < t_edit:  the plain step
 *   t ≤ t_boost: the plain step with fresh noise, η = 1
 *
 * Edits add up, strengths may be negative or differ from picture to picture; with all of them zero this is plain
 * sampling, bit by bit. Yields after every step.
 */
export async function* semantic(options: SemanticOptions): AsyncGenerator<SemanticFrame, Batch, undefined> {
  const { model, runtime, start, guidance, steps: length, signal, interval = wholeWalk } = options;
  const parts = assemble({ ...model.scheme, ...options.scheme });
  const total = start.shape[0]!;
  checkSemantic(options);
  const steps = parts.steps(length);
  const batch = Math.min(total, options.batch ?? 16);
  const edits = options.edits.filter(({ strengths }) => strengths.some((strength) => strength !== 0));
  const { precondition } = parts;
  using network = batchNetwork({ model, runtime, batch });
  using guide = guider({ ...options, network, precondition, guiding: guidingOf(guidance) });
  const learned = edits.flatMap(({ change }) => (change.kind === 'function' ? [change.learned] : []));
  using open = edits.length === 0 ? null : openTap({ ...options, batch, functions: learned });
  if (open) for (const { change } of edits) checkChange(change, open.shape);
  const time = (level: Level): number => timeOf(parts.grid, level);
  const sampler =
    interval.boost > 0
      ? qualityBoost({ sampler: parts.sampler, boosts: (from) => time(from) <= interval.boost })
      : parts.sampler;
  return yield* inTurn({
    ...{ count: total, batch, steps: intervals(steps).length },
    walk({ first, last, count, pictures }) {
      const space = batchSpace({ first: (options.first ?? 0) + first });
      const given = { pictures, labels: rowLabels({ model, labels: options.labels, first, count }), space };
      const own = edits.map(({ change, strengths }) => ({ change, strengths: strengths.slice(first, last) }));
      const changeAt = (level: Level): Change | null =>
        time(level) < interval.edit ? null : changeOf(own, time(level), open!.shape);
      const twins = open && twinPath({ guide, rows: given, network, open, precondition, changeAt });
      const path = twins
        ? { denoise: twins.denoise, landings: [...twins.landings, asymmetric({ shifted: twins.shifted })] }
        : guide(given);
      const walk = { ...parts, ...path, sampler, steps, space, key: options.key, signal };
      return trajectory({ ...walk, start: rows(start, first, last) });
    },
  });
}

/** Runs `semantic` to its end. */
export const semanticAll = (options: SemanticOptions): Promise<Batch> => finish(semantic(options));

const openTap = ({
  model,
  runtime,
  batch,
  tap = bottleneck,
  functions,
}: SemanticOptions & { readonly batch: number; readonly functions: readonly DeltaFunction[] }): Hspace =>
  hspace({ model, runtime, batch, tap, functions });

/** All edits of a batch at one time as one change: Σ strength·Δh(t), and the strengths of the functions. */
export function changeOf(edits: readonly SemanticEdit[], t: number, shape: Shape): Change | null {
  const count = edits[0]?.strengths.length ?? 0;
  const strengths = Array.from({ length: count }, (_, row) =>
    edits.filter(({ change }) => change.kind === 'function').map((edit) => edit.strengths[row]!),
  );
  const size = sizeOf(shape);
  let delta: Batch | null = null;
  for (const { change, strengths: own } of edits) {
    if (change.kind !== 'fixed') continue;
    delta ??= floats([count, ...shape]);
    const at = directionAt(change, t, shape);
    for (const [row, strength] of own.entries()) {
      if (strength === 0) continue;
      for (let i = 0; i < size; i++) delta.data[row * size + i]! += strength * at[i]!;
    }
  }
  return edits.length === 0 ? null : { delta, strengths };
}

/** Δh at a time, between the times it is known at linearly: [C·H·W], a change [C] being the same at every place. */
export function directionAt(
  { times, values }: Extract<SemanticChange, { readonly kind: 'fixed' }>,
  t: number,
  shape: Shape,
): Float32Array {
  const [channels = 0, ...area] = shape;
  const size = sizeOf(shape);
  const stored = sizeOf(values.shape.slice(1));
  const later = times.findIndex((time) => time >= t);
  const [a, b] = later < 0 ? [times.length - 1, times.length - 1] : [Math.max(0, later - 1), later];
  const u = a === b || times[b] === times[a] ? 1 : Math.min(1, Math.max(0, (t - times[a]!) / (times[b]! - times[a]!)));
  const places = sizeOf(area);
  const out = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const at = stored === channels ? Math.floor(i / places) : i;
    out[i] = (1 - u) * values.data[a * stored + at]! + u * values.data[b * stored + at]!;
  }
  return out;
}

function checkSemantic({ start, edits, ...conditioned }: SemanticOptions): void {
  const count = start.shape[0]!;
  checkLabels({ who: 'semantic', ...conditioned, count });
  checkGuidance({ who: 'semantic', ...conditioned, count });
  const wrong = edits.find(({ strengths }) => strengths.length !== count || !strengths.every(Number.isFinite));
  if (!wrong) return;
  throw new ToolkitError(
    'bad-option',
    `semantic: an edit of ${count} pictures needs ${count} finite strengths, got [${wrong.strengths.join(', ')}].`,
  );
}

function checkChange(change: SemanticChange, shape: Shape): void {
  if (change.kind !== 'fixed') return;
  const { times, values } = change;
  const [count = 0, ...rest] = values.shape;
  const fits = count === times.length && count > 0 && (rest.join() === shape.join() || rest.join() === `${shape[0]}`);
  if (fits) return;
  throw new ToolkitError(
    'shape-mismatch',
    `semantic: a change must be [${times.length}, ${shape.join(', ')}] or [${times.length}, ${shape[0]}], ` +
      `got [${values.shape.join(', ')}]. It was made for another model.`,
  );
}

export interface InvertSemanticOptions
  extends Pick<SemanticOptions, 'model' | 'runtime' | 'labels' | 'scheme' | 'steps' | 'key' | 'batch' | 'signal'> {
  /** Real pictures [N, C, H, W] in [−1, 1]. */
  readonly pictures: Batch;
  /** Further guesses of where each step lands, see `ddimInverse`: 2 return to the picture to within what can be seen. */
  readonly refinements?: number;
}

/** Real pictures as the noise that `semantic` makes them of, along the same steps, without guidance. Yields as that does. */
export async function* invertSemantic(options: InvertSemanticOptions): AsyncGenerator<SemanticFrame, Batch, undefined> {
  const { model, runtime, pictures, key, signal, refinements = 2 } = options;
  const parts = assemble({ ...model.scheme, ...options.scheme });
  const total = pictures.shape[0]!;
  const batch = Math.min(total, options.batch ?? 16);
  const { precondition } = parts;
  using network = batchNetwork({ model, runtime, batch });
  const steps = reversed(parts.steps(options.steps));
  const sampler = ddimInverse({ refinements });
  return yield* inTurn({
    ...{ count: total, batch, steps: intervals(steps).length },
    walk({ first, last, count }) {
      const space = batchSpace({ first });
      const ask = questions({ config: model.config, network, precondition, space });
      const denoise = ask(rowLabels({ model, labels: options.labels, first, count }));
      const start = rows(pictures, first, last);
      return trajectory({ ...parts, limit: undefined, sampler, steps, denoise, start, space, key, signal });
    },
  });
}

/** Runs `invertSemantic` to its end. */
export const invertSemanticAll = (options: InvertSemanticOptions): Promise<Batch> => finish(invertSemantic(options));
