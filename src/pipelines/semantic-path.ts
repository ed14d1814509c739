import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray, type Shape, sizeOf } from '../core/host-array.js';
import type { Level } from '../diffusion/index.js';
import { type Assembled, asymmetric, type Denoiser, type GuidedPath, timeOf } from '../sampling/index.js';
import type { GuidedRows, Guider, GuiderOptions } from './guiding.js';
import { bottleneck, type DeltaFunction, hspace } from './hspace.js';
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

/** What is changed inside of the network, where, and until when. */
export interface SemanticChanges {
  readonly edits: readonly SemanticEdit[];
  /** Where the network is changed; the bottleneck unless told. */
  readonly tap?: string;
  /** Time in [0, 1] down to which the changes act. */
  readonly until: number;
}

export interface SemanticPathsOptions extends Pick<GuiderOptions, 'model' | 'runtime' | 'network'>, SemanticChanges {
  /** How the pictures are guided, with the changes and without them. */
  readonly guide: Guider;
  readonly parts: Pick<Assembled, 'precondition' | 'grid'>;
}

/** A guided path, and beside it what is wanted in its place. */
export interface SemanticPath extends GuidedPath<Batch> {
  /** D̃(x; h + Δh), for `asymmetric`; absent where nothing is wanted. */
  readonly shifted?: Denoiser<Batch>;
}

/** Paths for the batches of one job. */
export interface SemanticPaths extends Disposable {
  (rows: GuidedRows): SemanticPath;
}

/**
 * Guided paths with edits in h-space beside them. Edits add up, and strengths are those of the pictures of each batch; with
 * all of them zero the paths are the guided ones themselves.
 */
export function semanticPaths(options: SemanticPathsOptions): SemanticPaths {
  const { model, runtime, network, guide, parts, tap = bottleneck, until } = options;
  const edits = options.edits.filter(({ strengths }) => strengths.some((strength) => strength !== 0));
  const functions = edits.flatMap(({ change }) => (change.kind === 'function' ? [change.learned] : []));
  const open = edits.length === 0 ? null : hspace({ model, runtime, batch: network.batch, tap, functions });
  if (open) for (const { change } of edits) checkChange(change, open.shape);
  const time = (level: Level): number => timeOf(parts.grid, level);
  const paths = (rows: GuidedRows): SemanticPath => {
    if (open === null) return guide(rows);
    const own = edits.map(({ change, strengths }) => ({ change, strengths: rows.pictures.map((i) => strengths[i]!) }));
    const changeAt = (level: Level): Change | null =>
      time(level) < until ? null : changeOf(own, time(level), open.shape);
    return twinPath({ guide, rows, network, open, precondition: parts.precondition, changeAt });
  };
  return Object.assign(paths, { [Symbol.dispose]: () => open?.[Symbol.dispose]() });
}

/** A path as `trajectory` takes it: what is wanted in its place comes in by the asymmetric process. */
export const asymmetricPath = ({ denoise, landings, shifted }: SemanticPath): GuidedPath<Batch> => ({
  denoise,
  landings: shifted ? [...landings, asymmetric({ shifted })] : landings,
});

/** One sentence for strengths that are not one for each picture. */
export function checkEdits({ who, edits, count }: CheckEditsOptions): void {
  const wrong = edits.find(({ strengths }) => strengths.length !== count || !strengths.every(Number.isFinite));
  if (!wrong) return;
  throw new ToolkitError(
    'bad-option',
    `${who}: an edit of ${count} pictures needs ${count} finite strengths, got [${wrong.strengths.join(', ')}].`,
  );
}

export interface CheckEditsOptions extends Pick<SemanticChanges, 'edits'> {
  /** Who asks, as the error says it. */
  readonly who: string;
  /** Pictures of the job. */
  readonly count: number;
}

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
