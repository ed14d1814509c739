import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { rows } from '../../core/host-array.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { encodeGif } from '../../files/gif.js';
import { grid } from '../../files/grid.js';
import { fromBatch } from '../../files/picture.js';
import { encodePng, writePng } from '../../files/png.js';
import type { DiffusionModel } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { openModel } from '../model/open-model.js';
import { settle } from '../parse.js';
import type { Point } from '../report/charts.js';
import { type Drawn, drawSamples } from '../sample/draw-samples.js';
import { sampleOptions } from '../sample/sample-options.js';
import { type SampleOptions, type Sampling, scaleOf, settleSampling } from '../sample/settle-sampling.js';
import type { Output } from '../terminal/output.js';
import { commandLine } from '../train/command-line.js';
import { loadData } from '../train/load-data.js';
import { type TrainOptions, trainPlan } from '../train/plan.js';
import { trainOptions } from '../train/train-options.js';
import { watchTraining } from '../train/watch-training.js';
import { version } from '../version.js';
import { type ClassPictures, demoReport, type Preview } from './demo-report.js';

export interface DemoOptions {
  readonly root: string;
  /** What of `train` is told otherwise than usual. */
  readonly training: Partial<TrainOptions>;
  /** What of `sample` is told otherwise, for the model that was just trained. */
  readonly sampling: Partial<SampleOptions>;
  /** A class-conditional model to show beside the trained one; null where there is none. */
  readonly shipped: string | null;
  readonly runtime: Runtime;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** The tour: train on faces, sample from the result, sample from the shipped model, write a report. */
export async function runDemo({ root, training, sampling, shipped: path, runtime, out, signal }: DemoOptions) {
  const beside = path === null ? null : await openModel(path, out); // what is wrong with it is said before a minute is spent
  const run = join(root, 'training');
  await rm(run, { recursive: true, force: true });
  const options = settle('demo', trainOptions, training) as TrainOptions;
  const data = await loadData({ ...options, out, signal });
  const plan = await trainPlan({ version: version(), options, data });

  const losses: Point[] = [];
  const heldOutPoints: Point[] = [];
  const files: { readonly step: number; readonly seconds: number; readonly file: string }[] = [];
  let [seconds, parameters] = [0, 0];
  out.say(`1 of 3  Training on ${data.count} faces of ${data.size} × ${data.size} pixels`);
  const trained = await watchTraining({
    ...{ plan, data, runtime, root: run, resume: false, signal, out, samples: 16 },
    previewSeconds: (options.minutes ?? 1) * 10,
    listen(event) {
      if (event.kind === 'start') parameters = event.parameters;
      if (event.kind === 'step') {
        seconds = event.seconds;
        losses.push({ step: event.step, value: event.loss });
      }
      if (event.kind === 'preview') files.push({ step: event.step, seconds, file: event.file });
      // A weighted loss and the held-out one, which is not, are no numbers for one picture.
      if (event.kind === 'validation' && options.weighting === 'uniform') {
        heldOutPoints.push({ step: event.step, value: event.heldOut.mean });
      }
    },
  });

  out.say('2 of 3  Sampling from the model that was just trained');
  const faces = await drawFrom({
    path: run,
    model: await openModel(run, out),
    given: { count: 64, seed: options.seed, ...sampling },
    runtime,
    out,
    signal,
  });
  const facesGif = await animation(faces.drawn, { count: 16, columns: 4, scale: faces.scale });
  await writePng(join(root, 'faces.png'), grid(faces.drawn.pictures, { scale: faces.scale }), { recipe: faces.recipe });
  await writeFileAtomic(join(root, 'faces.gif'), facesGif);

  const shipped = await drawShipped({ root, path, model: beside, runtime, out, signal });

  const previews: Preview[] = [];
  for (const { file, ...rest } of thinned(files, 6)) previews.push({ ...rest, png: await readFile(file) });
  const report = join(root, 'report.html');
  const html = demoReport({
    plan,
    parameters,
    step: trained.step,
    seconds,
    losses,
    heldOutPoints,
    heldOut: trained.heldOut,
    previews,
    faces: fromBatch(faces.drawn.pictures).map((picture) => encodePng(picture)),
    animation: facesGif,
    sampler: `${faces.recipe.steps} steps of ${faces.recipe.scheme.sampler.name}`,
    shipped,
    commands: { train: commandLine('train', trainOptions, { ...options, out: run }), root: run },
    machine: `${availableParallelism()} cores, ${process.platform} ${process.arch}, ${runtime.name}`,
    date: new Date(),
  });
  await writeFileAtomic(report, html);
  return { report, run, step: trained.step, heldOut: trained.heldOut, shipped: shipped !== null };
}

interface Surroundings {
  readonly runtime: Runtime;
  readonly out: Output;
  readonly signal: AbortSignal;
}

interface DrawFromOptions extends Surroundings {
  readonly path: string;
  readonly model: DiffusionModel;
  readonly given: Partial<SampleOptions>;
}

interface DrawnFrom {
  readonly drawn: Drawn;
  readonly scale: number;
  readonly classes: readonly string[] | null;
  readonly recipe: Readonly<Record<string, unknown>> & Sampling;
}

async function drawFrom({ path, model, given, runtime, out, signal }: DrawFromOptions): Promise<DrawnFrom> {
  const sampling = settleSampling(settle('sample', sampleOptions, given) as SampleOptions, model);
  const drawn = await drawSamples({ model, runtime, sampling, keep: 'noisy', out, signal });
  const recipe = { langevin: version(), command: 'sample', model: path, weights: model.hash, ...sampling };
  return { drawn, scale: scaleOf(model), classes: model.classes, recipe };
}

interface DrawShippedOptions extends Surroundings {
  readonly root: string;
  readonly path: string | null;
  readonly model: DiffusionModel | null;
}

async function drawShipped({ root, path, model, ...rest }: DrawShippedOptions): Promise<ClassPictures | null> {
  if (path === null || model === null) {
    rest.out.say('3 of 3  There is no models/emoji-32 here, so the shipped model is left out');
    return null;
  }
  rest.out.say('3 of 3  One picture of each class from the shipped model');
  const given = { class: 'all', guidance: 3, sampler: 'ddpm', steps: 50 } as const;
  const begin = performance.now();
  const { drawn, scale, classes, recipe } = await drawFrom({ path, model, given, ...rest });
  const seconds = (performance.now() - begin) / 1000;
  const columns = new Set(classes!.map((name) => name.split('/').slice(1).join('/'))).size;
  const gif = await animation(drawn, { count: classes!.length, columns, scale });
  await writePng(join(root, 'classes.png'), grid(drawn.pictures, { columns, scale }), { recipe });
  await writeFileAtomic(join(root, 'classes.gif'), gif);
  const pngs = fromBatch(drawn.pictures).map((picture) => encodePng(picture));
  return { classes: classes!, pngs, animation: gif, seconds, command: commandLine('sample', sampleOptions, given) };
}

interface AnimationOptions {
  /** How many of the pictures are shown. */
  readonly count: number;
  readonly columns: number;
  readonly scale: number;
}

function animation({ pictures, frames }: Drawn, { count, columns, scale }: AnimationOptions): Promise<Uint8Array> {
  const shown = [...thinned(frames, 24), pictures].map((frame) => rows(frame, 0, count));
  const tiles = shown.map((frame) => grid(frame, { columns, scale }));
  return encodeGif(tiles, { delay: 80, hold: 2000 });
}

/** At most `most` of the entries, evenly spread, the first and the last among them. */
function thinned<T>(entries: readonly T[], most: number): readonly T[] {
  if (entries.length <= most) return entries;
  return Array.from({ length: most }, (_, i) => entries[Math.round((i * (entries.length - 1)) / (most - 1))]!);
}
