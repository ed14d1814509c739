import { show, ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, rows } from '../../core/host-array.js';
import { compose } from '../../files/compose.js';
import { fromBatch, type Picture, toArray } from '../../files/picture.js';
import { resize } from '../../files/resize.js';
import { withChannels } from '../../files/strip.js';
import { type DiffusionModel, isPointModel, pictureShape } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { isEmptyMask, type Seam, seam } from '../../sampling/index.js';
import { usageError } from '../parse.js';
import { openGuiding } from '../sample/open-guiding.js';
import { sampleDefaults } from '../sample/sample-options.js';
import { type SampleOptions, type Sampling, settleSampling } from '../sample/settle-sampling.js';
import { figure } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { watched } from '../terminal/watched.js';
import type { EditKind, EditOptions, EditProgress, PreparedEdit, Size } from './define-edit-kind.js';
import { readMask, sizedMask } from './edit-mask.js';
import { copiesOf, openSource, repeated, type Source } from './edit-source.js';
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
  const opened = await openGuiding(options, 'edit');
  const asked = { ...sampleDefaults, ...options, count, out: '' } as unknown as SampleOptions;
  const sampling = settleSampling(asked, model, job.given, opened, 'edit');
  const open = (path: string): Promise<Source> =>
    openSource(path, { model, runtime: job.runtime, sampling, guiding: opened.models, signal: job.signal });
  const source = await open(job.picture);
  const { width, height } = source.picture;
  const mask = await readMask(options, { width, height });
  const other = options.to === null ? null : await open(options.to);
  refuseMissing({ kind, mask, other });
  const size = sizeFor({ kind, own, model, options, source, out });
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
  const isResized = size.width !== width || size.height !== height;
  if (isResized && prepared.canvas?.mask) {
    throw new ToolkitError(
      'bad-size',
      `edit: ${kind.name} keeps the bytes of ${source.path}, which is ${width} × ${height} where the model takes ` +
        `${size.width} × ${size.height}. Bring it to that size first, or take --fit none.`,
    );
  }
  const nothing = reasonForNothing({ prepared, mask, given, options });
  if (nothing !== null) out.say(nothing);
  const values = nothing === null ? await walk(prepared, { ...job, kind }) : given;
  const pictures = await composed({ values, given, source, mask, prepared, fits: options.fit === 'model' });
  return {
    ...{ pictures, source, mask, values, sampling },
    seam: nothing === null ? seamOf({ pictures, source, mask, prepared }) : null,
    facts: {
      ...prepared.facts,
      source: { path: source.path, sha256: source.sha256 },
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

interface SizeOptions {
  readonly kind: EditKind;
  readonly own: Readonly<Record<string, unknown>>;
  readonly model: DiffusionModel;
  readonly options: EditOptions;
  readonly source: Source;
  readonly out: Output;
}

/** The size the source is edited at; says so where it is another than its own. */
function sizeFor({ kind, own, model, options, source, out }: SizeOptions): Size {
  const { width, height } = source.picture;
  if (options.fit === 'none') return { width, height };
  const [, modelHeight, modelWidth] = pictureShape(model);
  const usual = { width: modelWidth, height: modelHeight };
  const size = kind.sourceSize?.(usual, own) ?? usual;
  if (!Number.isInteger(size.width) || !Number.isInteger(size.height)) {
    throw usageError(
      `edit: ${kind.name} of this factor needs a picture of ${figure(size.width)} × ${figure(size.height)} pixels. ` +
        'Take a factor that divides the size of the model.',
    );
  }
  if (size.width !== width || size.height !== height) {
    const whole = kind.sourceSize ? 'made larger from there' : 'the result is brought back';
    const back = options.mask === null ? whole : 'what may change is brought back';
    out.say(
      `${source.path} is ${width} × ${height} pixels: it is edited at ${size.width} × ${size.height}, and ${back}.`,
    );
  }
  return size;
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

interface Composing {
  readonly values: Batch;
  /** The source as the model was given it, as many times as there are results. */
  readonly given: Batch;
  readonly source: Source;
  readonly mask: Batch | null;
  readonly prepared: PreparedEdit;
  /** Whether results are brought back to the size of the source. */
  readonly fits: boolean;
}

/**
 * Results as bytes: put into the source where there is a mask, else brought to its size and given its transparency. What
 * has every number that the model was given is the source itself.
 */
async function composed(options: Composing): Promise<readonly Picture[]> {
  const { values, given, source, mask, prepared, fits } = options;
  const { picture } = source;
  const made = fromBatch(values);
  const isSame = values.shape.join() === given.shape.join();
  const size = values.data.length / made.length;
  return Promise.all(
    made.map(async (edited, row) => {
      const place = row * size;
      const own = values.data.subarray(place, place + size);
      if (isSame && own.every((value, i) => value === given.data[place + i])) return picture;
      if (prepared.canvas !== null) return edited;
      const back = fits ? await resize(edited, picture) : edited;
      return mask === null ? withAlphaOf(picture, back) : compose({ source: picture, edited: back, mask });
    }),
  );
}

/** An edited picture with the transparency of its source, where that has some. */
function withAlphaOf(source: Picture, edited: Picture): Picture {
  const { width, height, channels, data } = source;
  if (channels % 2 !== 0 || edited.channels % 2 === 0 || edited.width !== width || edited.height !== height) {
    return edited;
  }
  const out = withChannels(edited, 4);
  for (let i = 0; i < width * height; i++) out.data[i * 4 + 3] = data[i * channels + channels - 1]!;
  return out;
}

interface SeamAt extends Pick<Composing, 'source' | 'mask' | 'prepared'> {
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
