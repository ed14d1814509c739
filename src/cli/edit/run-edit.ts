import { show, ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, rows } from '../../core/host-array.js';
import { type Picture, toArray } from '../../files/picture.js';
import { withChannels } from '../../files/strip.js';
import { type DiffusionModel, isPointModel } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { isEmptyMask, type Seam, seam } from '../../sampling/index.js';
import { pinned } from '../invert/recipe.js';
import { usageError } from '../parse.js';
import { openGuiding } from '../sample/open-guiding.js';
import { sampleDefaults } from '../sample/sample-options.js';
import { type SampleOptions, type Sampling, settleSampling } from '../sample/settle-sampling.js';
import type { Output } from '../terminal/output.js';
import { watched } from '../terminal/watched.js';
import { composed } from './compose-results.js';
import type { EditKind, EditOptions, EditProgress, PreparedEdit } from './define-edit-kind.js';
import { isMaskFile, readMask, sizedMask } from './edit-mask.js';
import { editSize } from './edit-size.js';
import { copiesOf, openSource, repeated, type Source } from './edit-source.js';
import { requireOneClassEach } from './one-class-each.js';
import { chosenEdit } from './own-options.js';

type Batch = HostArray<'float32'>;

export interface RunEditOptions {
  readonly picture: string;
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly options: EditOptions;
  /** Names of the options that stood on the command line. */
  readonly given: ReadonlySet<string>;
  readonly out: Output;
  /** Told of every step. */
  readonly watch: (progress: EditProgress) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Edited {
  /** One for each result, in the size of the source unless the edit makes another; bytes outside of a mask are its own. */
  readonly pictures: readonly Picture[];
  readonly source: Source;
  /** [H, W] in the size of the source, where there was one. */
  readonly mask: Batch | null;
  /** The numbers the model made, before they became bytes. */
  readonly values: Batch;
  readonly sampling: Sampling;
  /** How much of the edge of the mask shows, and of the source there, where it has that edge inside. */
  readonly seam: (Seam & { readonly source: number | null }) | null;
  /** What was made, with nothing left to choose: for the recipe. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Results when nothing is said: between two pictures there is something to see in several. */
const usualCount = (kind: EditKind): number => (kind.needs.includes('other') ? 8 : 1);

/** Edits one picture as the options say. */
export async function runEdit(job: RunEditOptions): Promise<Edited> {
  const { model, options, out } = job;
  if (isPointModel(model)) throw usageError('edit: this model makes points, and pictures are edited.');
  const { kind, own } = chosenEdit(options);
  const count = options.count ?? usualCount(kind);
  const opened = await openGuiding(options, { owner: 'edit', out });
  const asked = { ...sampleDefaults, ...options, count, out: '' } as unknown as SampleOptions;
  const sampling = settleSampling(asked, model, job.given, opened, 'edit');
  requireOneClassEach({ options, classes: model.classes ?? opened.models.classifier?.classes ?? null, count });
  const open = (path: string): Promise<Source> =>
    openSource(path, { model, runtime: job.runtime, sampling, guiding: opened.models, signal: job.signal });
  const source = await open(job.picture);
  if (source.isDeep) {
    out.say(`${source.path} has more than 8 bits a channel: it is read and written with 8, outside of a mask as well.`);
  }
  const { width, height } = source.picture;
  const mask = await readMask(options, { width, height });
  const maskFile = options.mask !== null && isMaskFile(options.mask) ? await pinned(options.mask) : null;
  const other = options.to === null ? null : await open(options.to);
  refuseMissing({ kind, mask, other });
  const size = editSize({ kind, own, model, options, source, out });
  const given = await copiesOf(source, size, count);
  const prepared = await kind.prepare(
    {
      ...{ model, runtime: job.runtime, options, sampling, guiding: opened.models, signal: job.signal },
      pictures: given,
      mask: mask && sizedMask(mask, size),
      others: other && (await copiesOf(other, size, count)),
      latents: source.latent && repeated(source.latent, count),
      otherLatents: other?.latent ? repeated(other.latent, count) : null,
    },
    own,
  );
  const nothing = reasonForNothing({ prepared, mask, given, options });
  if (nothing !== null) out.say(nothing);
  const values = nothing === null ? await walk(prepared, { ...job, kind }) : given;
  const pictures = await composed({
    ...{ values, given, source, mask },
    canvas: prepared.canvas,
    fits: options.fit === 'model',
  });
  return {
    ...{ pictures, source, mask, values, sampling },
    seam: nothing === null ? seamOf({ pictures, source, mask, prepared }) : null,
    facts: {
      ...prepared.facts,
      source: { path: source.path, sha256: source.sha256 },
      ...(maskFile && { mask: maskFile }),
      ...(other && { to: { path: other.path, sha256: other.sha256 } }),
    },
  };
}

interface Missing {
  readonly kind: EditKind;
  readonly mask: Batch | null;
  readonly other: Source | null;
}

function refuseMissing({ kind, mask, other }: Missing): void {
  if (kind.needs.includes('mask') && mask === null) {
    throw usageError(`edit: ${kind.name} needs a mask that says where the picture may change. Name one with --mask.`);
  }
  if (kind.needs.includes('other') && other === null) {
    throw usageError(`edit: ${kind.name} needs a second picture to go to. Name one with --to.`);
  }
  if (other !== null && !kind.needs.includes('other')) {
    throw usageError(`edit: --to is for edits between two pictures, and ${kind.name} takes one. Leave it out.`);
  }
}

/** Walks with a bar; the cost is told before the first step. */
async function walk(
  prepared: PreparedEdit,
  { kind, out, watch }: Pick<RunEditOptions, 'out' | 'watch'> & { readonly kind: EditKind },
): Promise<Batch> {
  if (prepared.cost !== null) out.say(`${kind.name}: ${prepared.cost}.`);
  return watched(prepared.run(), { what: 'Editing', unit: 'evaluations', out, each: watch });
}

interface Nothing {
  readonly prepared: PreparedEdit;
  readonly mask: Batch | null;
  readonly given: Batch;
  readonly options: Pick<EditOptions, 'mask'>;
}

/** Why the source comes back as it is, in a sentence; null where something may change. */
function reasonForNothing({ prepared: { canvas }, mask, given, options }: Nothing): string | null {
  if (canvas?.mask && isEmptyMask(canvas.mask) && canvas.source.shape.join() === given.shape.join()) {
    return 'There is no margin to paint: name one, as in outpaint:right=16. The picture comes back as it is.';
  }
  if (canvas !== null || mask === null || !isEmptyMask(mask)) return null;
  return `Nothing may change, the mask ${show(options.mask)} is empty there: the picture comes back as it is.`;
}

interface SeamAt extends Pick<Edited, 'source' | 'mask'> {
  readonly prepared: PreparedEdit;
  readonly pictures: readonly Picture[];
}

/** The seam of the results together, in the range [−1, 1], and the ratio of the source at the same place. */
function seamOf({ pictures, source, mask, prepared }: SeamAt): Edited['seam'] {
  const canvas = prepared.canvas?.mask ? prepared.canvas : null;
  if (canvas === null && (mask === null || prepared.canvas !== null)) return null;
  const results = batchOf(pictures);
  if (canvas !== null) {
    const first = rows(canvas.mask!, 0, 1);
    const edge = floats(first.shape.slice(2), first.data.slice(0, (first.shape[2] ?? 0) * (first.shape[3] ?? 0)));
    return { ...seam({ pictures: results, mask: edge }), source: null };
  }
  const before = seam({ pictures: batchOf([source.picture]), mask: mask! });
  return { ...seam({ pictures: results, mask: mask! }), source: before.ratio };
}

function batchOf(pictures: readonly Picture[]): Batch {
  const arrays = pictures.map((one) => toArray(withChannels(one, 3)));
  const [first] = arrays;
  if (!first) throw new ToolkitError('bad-picture', `edit: there is no result, got ${show(arrays)}.`);
  const out = floats([arrays.length, ...first.shape]);
  for (const [i, { data }] of arrays.entries()) out.data.set(data, i * data.length);
  return out;
}
