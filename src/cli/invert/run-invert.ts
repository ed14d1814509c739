import { extname } from 'node:path';
import { show } from '../../core/errors.js';
import type { Resolved } from '../../core/options.js';
import { writeNpy } from '../../files/npy.js';
import { fromBatch } from '../../files/picture.js';
import { writePng } from '../../files/png.js';
import { strip } from '../../files/strip.js';
import { type DiffusionModel, invert, walkBack } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { type Choice, type InversionName, inversions } from '../../sampling/index.js';
import { refuseOverwriting } from '../edit/kept-inputs.js';
import { usageError } from '../parse.js';
import { parseConditions } from '../sample/classes.js';
import { pathGuidanceOptions } from '../sample/guidance-options.js';
import { type OpenGuiding, openGuiding } from '../sample/open-guiding.js';
import { scaleOf } from '../sample/settle-sampling.js';
import type { Output } from '../terminal/output.js';
import { watched } from '../terminal/watched.js';
import { asMistakeIn, named } from '../train/named.js';
import { readInput } from './input-pictures.js';
import type { invertOptions } from './invert-options.js';
import { type NoiseFacts, readNoise, writeNoise } from './noise-file.js';
import {
  conditionsOf,
  isAsked,
  labelsOfConditions,
  type PathGuidance,
  pathGuidanceOf,
  settlePathGuidance,
} from './path-guidance.js';
import { recipeOf } from './recipe.js';
import { compared, type PictureReport, warnOfUnsolved } from './report.js';
import { tellSteps } from './tell-steps.js';

export type InvertCommandOptions = Resolved<typeof invertOptions>;

export interface RunInvertOptions {
  readonly files: readonly string[];
  readonly options: InvertCommandOptions;
  readonly model: DiffusionModel;
  /** Where the model was read from. */
  readonly path: string;
  readonly runtime: Runtime;
  readonly out: Output;
  readonly signal: AbortSignal;
}

export interface InvertResult {
  readonly file: string;
  readonly reports: readonly PictureReport[];
  readonly recipe: Readonly<Record<string, unknown>>;
}

const endings = ['.png', '.npy', '.safetensors'];

/** The inversion that `--with` names. */
export function chosenInversion(owner: string, text: string): Choice<InversionName> {
  const { name, options } = named({ owner, option: 'with', registry: inversions, text });
  const create = inversions.get(name) as (options?: object) => unknown;
  asMistakeIn('with', () => create(options), owner);
  return { name: name as InversionName, options };
}

/** Inverts, walks back and compares; or walks back from a file. */
export async function runInvert(job: RunInvertOptions): Promise<InvertResult> {
  const { options } = job;
  const ending = extname(options.out).toLowerCase();
  if (!endings.includes(ending)) {
    throw usageError(`invert: --out must end in ${endings.join(', ')}, got ${show(options.out)}.`);
  }
  refuseOverwriting({
    owner: 'invert',
    inputs: [
      ...job.files.map((file) => ['its own source', file] as const),
      ['the file of --reconstruct', options.reconstruct],
    ],
    outputs: [['--out', options.out]],
  });
  return options.reconstruct === null ? runThereAndBack(job, ending) : runBack(job, ending);
}

async function runThereAndBack(job: RunInvertOptions, ending: string): Promise<InvertResult> {
  const { files, options, model, path, runtime, out, signal } = job;
  const inversion = chosenInversion('invert', options.with);
  const { pictures, names, classes, sources } = await readInput({ who: 'invert', files, options, model, out, signal });
  const conditions = conditionsFor({ options, model, classes });
  const opened = await openGuiding(options, { owner: 'invert', out });
  const guidance = settlePathGuidance({ owner: 'invert', options, model, conditions, opened });
  const { steps, strength, seed, batch, scale } = options;
  tellSteps({ model, options, out });
  const labels = conditions && labelsOfConditions(conditions);
  const shared = { model, runtime, labels, guidance, ...opened.models, batch, signal };
  const found = await watched(invert({ ...shared, pictures, inversion, steps, strength, seed }), {
    what: 'Inverting',
    out,
  });
  warnOfUnsolved(found, names, out);
  const back = await watched(walkBack({ ...shared, found }), { what: 'Walking back', out });
  const guidedBy = Object.keys(opened.files).length > 0 && { guidedBy: opened.files };
  const recipe = {
    ...recipeOf({ command: 'invert', path, model, sources, options, outputs: ['out', 'reconstruct'] }),
    ...guidedBy,
  };
  if (ending === '.npy') await writeNpy(options.out, found.start);
  else if (ending === '.safetensors') {
    await writeNoise(options.out, found, {
      ...{ plan: found.plan, labels, guidance, weights: model.hash },
      ...(conditions && typeof guidance !== 'number' && { conditions }),
      ...(isAsked(options) && { asked: pathGuidanceOf(options) }),
      ...guidedBy,
    });
  } else {
    const [before, noise, after] = [pictures, found.start, back].map((batch) => fromBatch(batch));
    const rows = before!.map((picture, i) => [picture, noise![i]!, after![i]!]);
    await writePng(options.out, strip(rows, { scale: scale ?? scaleOf(model) }), { recipe });
  }
  return { file: options.out, reports: compared({ names, pictures: back, reference: pictures }), recipe };
}

async function runBack(job: RunInvertOptions, ending: string): Promise<InvertResult> {
  const { files, options, model, path, runtime, out, signal } = job;
  if (files.length > 0 || options.data !== null) {
    throw usageError('invert: --reconstruct walks back from a file of noise and takes no pictures. Leave one out.');
  }
  if (ending === '.safetensors') {
    throw usageError(`invert: --reconstruct makes pictures: --out must end in .png or .npy, got ${show(options.out)}.`);
  }
  const { found, facts } = await readNoise(options.reconstruct!, model);
  if (facts.weights !== model.hash) {
    out.warn(
      `${options.reconstruct!} was found with other weights than those of ${path}: its pictures will not come back.`,
    );
  }
  const count = found.start.shape[0]!;
  const kept = facts.conditions ?? (facts.labels && conditionsOf(facts.labels));
  const conditions =
    options.class === null ? kept : conditionsFor({ options, model, classes: Array<null>(count).fill(null) });
  const labels = conditions && labelsOfConditions(conditions);
  const asked = isAsked(options) ? options : { ...nothingAsked, ...askedOf(facts) };
  const opened = await openGuiding(asked, { owner: 'invert', out });
  warnOfOthers({ then: facts.guidedBy, now: opened.files, out });
  const guidance = settlePathGuidance({ owner: 'invert', options: asked, model, conditions, opened });
  const { batch } = options;
  const shared = { model, runtime, labels, guidance, ...opened.models, batch, signal };
  const pictures = await watched(walkBack({ ...shared, found }), {
    what: 'Walking back',
    out,
  });
  const recipe = {
    ...recipeOf({ command: 'invert', path, model, sources: [], options, outputs: ['out'] }),
    ...(Object.keys(opened.files).length > 0 && { guidedBy: opened.files }),
  };
  if (ending === '.npy') await writeNpy(options.out, pictures);
  else
    await writePng(options.out, strip([fromBatch(pictures)], { scale: options.scale ?? scaleOf(model) }), { recipe });
  return { file: options.out, reports: [], recipe };
}

/** No option of guidance. */
const nothingAsked = Object.fromEntries(
  Object.keys(pathGuidanceOptions).map((name) => [name, null]),
) as unknown as PathGuidance;

/** Guidance as the file was made with: files that say a scale alone are older than the rest of its options. */
const askedOf = ({ asked, guidance }: NoiseFacts): Partial<PathGuidance> =>
  asked ?? (typeof guidance === 'number' && guidance !== 1 ? { guidance } : {});

interface WarnOfOthers {
  readonly then: OpenGuiding['files'] | undefined;
  readonly now: OpenGuiding['files'];
  readonly out: Output;
}

/** Says where a network that guided the way there holds other weights on the way back. */
function warnOfOthers({ then = {}, now, out }: WarnOfOthers): void {
  for (const role of ['weak', 'classifier'] as const) {
    const [was, is] = [then[role], now[role]];
    if (!was || !is || was.path !== is.path || was.weights === is.weights) continue;
    out.warn(`${is.path}, which guided the inversion, holds other weights now: the pictures will not come back.`);
  }
}

interface ConditionsOptions {
  readonly options: Pick<InvertCommandOptions, 'class'>;
  readonly model: DiffusionModel;
  readonly classes: readonly (string | null)[];
}

/** What the model is told of every picture: what was said, else what the data says, else any class. */
function conditionsFor({ options, model, classes }: ConditionsOptions) {
  if (model.classes === null) {
    if (options.class !== null) throw usageError('invert: this model has no classes. Leave --class out.');
    return null;
  }
  if (options.class === null) {
    const known = classes.map((name) => (name === null ? -1 : model.classes!.indexOf(name)));
    return conditionsOf(known.map((label) => (label < 0 ? null : label)));
  }
  const wanted = parseConditions(options.class, model.classes, { owner: 'invert' });
  if (wanted.length === 1) return classes.map(() => wanted[0]!);
  if (wanted.length === classes.length) return wanted;
  throw usageError(
    `invert: --class must name one class, or one for each of ${classes.length} pictures, got ${wanted.length}.`,
  );
}
