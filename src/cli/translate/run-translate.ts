import { extname } from 'node:path';
import { show } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import type { Resolved } from '../../core/options.js';
import { writeGif } from '../../files/gif.js';
import { writeNpy } from '../../files/npy.js';
import { fromBatch } from '../../files/picture.js';
import { writePng } from '../../files/png.js';
import { strip } from '../../files/strip.js';
import { type ConditionedModel, type DiffusionModel, type TranslateFrame, translate } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { refuseOverwriting } from '../edit/kept-inputs.js';
import { type InputPictures, readInput } from '../invert/input-pictures.js';
import { conditionsOf, settlePathGuidance } from '../invert/path-guidance.js';
import { recipeOf } from '../invert/recipe.js';
import { compared, type PictureReport, warnOfUnsolved } from '../invert/report.js';
import { chosenInversion } from '../invert/run-invert.js';
import { tellSteps } from '../invert/tell-steps.js';
import { usageError } from '../parse.js';
import { type OpenGuiding, openGuiding } from '../sample/open-guiding.js';
import { numberedFile, pictureOutputKind } from '../sample/outputs.js';
import { scaleOf } from '../sample/settle-sampling.js';
import type { Output } from '../terminal/output.js';
import { watched } from '../terminal/watched.js';
import { fitting, targetClass } from './choose-classes.js';
import { guessClasses } from './judge.js';
import type { translateOptions } from './translate-options.js';

type Batch = HostArray<'float32'>;
export type TranslateCommandOptions = Resolved<typeof translateOptions>;

export interface RunTranslateOptions {
  readonly files: readonly string[];
  readonly options: TranslateCommandOptions;
  readonly model: DiffusionModel;
  /** Where the model was read from. */
  readonly path: string;
  /** The second model; the first one again unless told. */
  readonly target: DiffusionModel;
  readonly runtime: Runtime;
  readonly out: Output;
  readonly signal: AbortSignal;
}

export interface TranslateResult {
  readonly files: readonly string[];
  /** From what to what, picture by picture; null where a model has no classes. */
  readonly classes: readonly { readonly name: string; readonly from: string | null; readonly to: string | null }[];
  /** How well the pictures came back; empty without `--cycle`. */
  readonly cycle: readonly PictureReport[];
  readonly recipe: Readonly<Record<string, unknown>>;
}

/** Frames of a GIF on each half of the way, at most. */
const mostFrames = 25;

/** Translates, and back where asked, and writes what is wanted. */
export async function runTranslate(job: RunTranslateOptions): Promise<TranslateResult> {
  const { files, options, model, path, target, runtime, out, signal } = job;
  refuse(job);
  const inversion = chosenInversion('translate', options.with);
  const input = await readInput({ who: 'translate', files, options, model, out, signal });
  const from = await sourceClasses(job, input);
  const to = targetClasses(job, from, input.names.length);
  const { steps, strength, seed, batch } = options;
  const shared = { runtime, inversion, steps, strength, seed, batch, signal };
  if (target === model && from !== null && to !== null && from.every((name, i) => name === to[i])) {
    out.say(`From ${from[0]!} to ${to[0]!} nothing is translated: the pictures come back as well as they can.`);
  }
  const own = conditioned(model, from);
  const other = conditioned(target, to);
  const opened = await openGuiding(options, { owner: 'translate', out });
  const onward = guided({ side: other, options, opened });
  const returning = options.cycle ? guided({ side: own, options, opened }) : own;
  const guidance = options.sourceGuidance;
  const frames: Batch[] = [];
  const keep = ({ first, x }: TranslateFrame): void => void (first === 0 && options.gif !== null && frames.push(x));
  const work = translate({ ...shared, source: { ...own, guidance }, target: onward, pictures: input.pictures });
  tellSteps({ model, options, out });
  const { pictures, found } = await watched(work, { what: 'Translating', out, each: keep });
  warnOfUnsolved(found, input.names, out);
  const back = options.cycle
    ? await watched(
        translate({
          ...{ ...shared, pictures },
          source: { ...other, guidance },
          target: returning,
        }),
        { what: 'Translating back', out },
      )
    : null;
  if (back) warnOfUnsolved(back.found, input.names, out);
  const outputs = ['out', 'strip', 'gif'];
  const recipe = {
    ...recipeOf({ command: 'translate', path, model, sources: input.sources, options, outputs }),
    ...(Object.keys(opened.files).length > 0 && { guidedBy: opened.files }),
    ...(target !== model && { target: { path: options.targetModel, weights: target.hash } }),
  };
  return {
    files: await write({ options, input, pictures, back: back?.pictures ?? null, frames, model, recipe }),
    classes: input.names.map((name, i) => ({ name, from: from?.[i] ?? null, to: to?.[i] ?? null })),
    cycle: back ? compared({ names: input.names, pictures: back.pictures, reference: input.pictures }) : [],
    recipe,
  };
}

/** Wrong names of outputs, before anything is computed. */
function refuse({ files, options: { out, strip: beside, gif } }: RunTranslateOptions): void {
  pictureOutputKind(out, 'translate');
  for (const [option, file, ending] of [
    ['--strip', beside, '.png'],
    ['--gif', gif, '.gif'],
  ] as const) {
    if (file !== null && extname(file).toLowerCase() !== ending) {
      throw usageError(`translate: ${option} must end in ${ending}, got ${show(file)}.`);
    }
  }
  refuseOverwriting({
    owner: 'translate',
    inputs: files.map((file) => ['its own source', file] as const),
    outputs: [
      ['--out', out],
      ['--strip', beside],
      ['--gif', gif],
    ],
  });
}

/** What every picture is: as was said, as the data says, or as the judge guesses among what fits. */
async function sourceClasses(
  { options, model, runtime, out }: RunTranslateOptions,
  { pictures, names, classes }: InputPictures,
): Promise<readonly string[] | null> {
  if (model.classes === null) {
    if (options.from === null) return null;
    throw usageError('translate: the model has no classes to translate from. Leave --from out.');
  }
  const fits = fitting('--from', { classes: model.classes, style: options.from, group: options.group });
  const among = classes.map((known, i) => {
    if (known === null || !model.classes!.includes(known)) return fits;
    if (fits.includes(known)) return [known];
    throw usageError(
      `translate: ${names[i]!} is not of ${options.from ?? options.group}. Choose the data to fit --from and --group.`,
    );
  });
  if (fits.length === 0) {
    throw usageError(
      `translate: the model has no class of style ${show(options.from)} and group ${show(options.group)}.`,
    );
  }
  if (among.every((choice) => choice.length === 1)) return among.map(([only]) => only!);
  const guessed = await guessClasses({ judge: options.judge, runtime, pictures, among });
  for (const [i, name] of guessed.entries()) if (among[i]!.length > 1) out.say(`${names[i]!}: taken for ${name}.`);
  return guessed;
}

/** What every picture becomes; null where the target has no classes. */
function targetClasses(
  { options, model, target }: RunTranslateOptions,
  from: readonly string[] | null,
  count: number,
): readonly string[] | null {
  if (target.classes === null) {
    if (options.to === null && target !== model) return null;
    throw usageError(
      target === model
        ? 'translate: this model has no classes to translate between. Name a second one with --target-model DIR.'
        : 'translate: the target model has no classes. Leave --to out.',
    );
  }
  const { classes } = target;
  if (options.to === null) throw usageError('translate: say what the pictures should become with --to STYLE.');
  if (from === null) {
    const found = fitting('--to', { classes, style: options.to, group: options.group });
    if (found.length === 1) return Array<string>(count).fill(found[0]!);
    throw usageError(`translate: --to ${show(options.to)} is ${found.length} classes. Name one, or its --group.`);
  }
  return from.map((source) => targetClass({ classes, style: options.to, group: options.group, source }));
}

/** A model that is told one class a picture. */
const conditioned = (model: DiffusionModel, names: readonly string[] | null): ConditionedModel => ({
  model,
  ...(names && { labels: names.map((name) => model.classes!.indexOf(name)) }),
});

interface GuidedOptions {
  readonly side: ConditionedModel;
  readonly options: TranslateCommandOptions;
  readonly opened: OpenGuiding;
}

/** One side of a translation, drawn as the options of guidance say. */
const guided = ({ side, options, opened }: GuidedOptions): ConditionedModel => ({
  ...side,
  ...opened.models,
  guidance: settlePathGuidance({
    ...{ owner: 'translate', options, opened, model: side.model },
    conditions: side.labels ? conditionsOf(side.labels) : null,
  }),
});

interface WriteOptions {
  readonly options: TranslateCommandOptions;
  readonly input: InputPictures;
  readonly pictures: Batch;
  readonly back: Batch | null;
  /** x after every step of the first batch. */
  readonly frames: readonly Batch[];
  readonly model: DiffusionModel;
  readonly recipe: Readonly<Record<string, unknown>>;
}

async function write({
  options,
  input,
  pictures,
  back,
  frames,
  model,
  recipe,
}: WriteOptions): Promise<readonly string[]> {
  const files: string[] = [];
  const scale = options.scale ?? scaleOf(model);
  const [before, after] = [fromBatch(input.pictures), fromBatch(pictures)];
  const kind = pictureOutputKind(options.out, 'translate');
  if (kind === 'numbers') await writeNpy(options.out, pictures);
  else if (kind === 'files') {
    for (const [index, picture] of after.entries()) {
      const file = numberedFile(options.out, index);
      await writePng(file, picture, { recipe: { ...recipe, index } });
      files.push(file);
    }
  } else {
    await writePng(options.out, after.length === 1 ? after[0]! : strip([after], { padding: 1 }), { recipe });
  }
  if (kind !== 'files') files.push(options.out);
  if (options.strip !== null) {
    const returned = back && fromBatch(back);
    const rows = before.map((picture, i) => [picture, after[i]!, ...(returned ? [returned[i]!] : [])]);
    await writePng(options.strip, strip(rows, { scale }), { recipe });
    files.push(options.strip);
  }
  if (options.gif !== null) {
    const every = Math.max(1, Math.ceil(frames.length / (2 * mostFrames)));
    const way = frames.filter((_, i) => i % every === 0).map((frame) => fromBatch(frame));
    const shown = Math.min(8, ...way.map((pictures) => pictures.length));
    const rows = [before, ...way, after].map((pictures) => [before.slice(0, shown), pictures.slice(0, shown)]);
    await writeGif(
      options.gif,
      rows.map((two) => strip(two, { scale })),
      { recipe },
    );
    files.push(options.gif);
  }
  return files;
}
