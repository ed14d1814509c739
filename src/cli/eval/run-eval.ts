import { extname } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, rows } from '../../core/host-array.js';
import { fold, key } from '../../core/random.js';
import { type DataSet, gather, isPoints, splitIndices } from '../../data/index.js';
import { readNpy } from '../../files/npy.js';
import type { Estimate, Measurement, MetricProgress } from '../../metrics/index.js';
import { sampleShape } from '../../nn/index.js';
import { type DiffusionModel, type Judge, nullLabel } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { GlobalOptions } from '../global-options.js';
import { openModel } from '../model/open-model.js';
import { settle, usageError } from '../parse.js';
import { drawSamples } from '../sample/draw-samples.js';
import { openGuiding } from '../sample/open-guiding.js';
import { sampleOptions } from '../sample/sample-options.js';
import { type SampleOptions, settleSampling } from '../sample/settle-sampling.js';
import type { Output } from '../terminal/output.js';
import { loadData } from '../train/load-data.js';
import { trainedOn } from '../train/trained-on.js';
import { chosenOf } from './chosen-positions.js';
import { classesAsInData } from './classes-as-in-data.js';
import { judgedSamples, type Samples } from './judged-samples.js';
import { likelihoodOf } from './likelihood-of.js';
import { openFeatures } from './open-features.js';
import { openJudge } from './open-judge.js';
import { seen } from './seen.js';
import { chooseMetrics, type EvalOptions, metricNames } from './settle-eval.js';

type Batch = HostArray<'float32'>;

export interface RunEvalOptions {
  readonly options: EvalOptions;
  readonly given: ReadonlySet<string>;
  readonly globals: Pick<GlobalOptions, 'threads' | 'device'>;
  readonly runtime: Runtime;
  readonly out: Output;
  readonly signal: AbortSignal;
}

export interface EvalResult {
  readonly estimates: readonly Estimate[];
  readonly notes: readonly string[];
  /** What the numbers depend on, beside the options. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Loads, draws, extracts and measures, in this order; what does not fit is said before the long parts. */
export async function runEval(given: RunEvalOptions): Promise<EvalResult> {
  const { options, runtime, out, signal } = given;
  if (options.metric !== null) metricNames(options.metric); // an unknown name is told before data is loaded
  if ((options.model === null) === (options.samples === null)) {
    const which =
      options.model === null
        ? 'Name a model with --model DIR, or samples with --samples PATH'
        : 'Leave one of --model and --samples out';
    throw usageError(`eval judges either a model or samples. ${which}.`);
  }
  const model = options.model === null ? null : await openModel(options.model, out);
  const size = options.size ?? (model ? (sampleShape(model.config)[1] ?? null) : null);
  const taught = given.given.has('data') || options.model === null ? null : await trainedOn(options.model);
  if (taught) out.say(`Comparing with ${taught.data}, what ${options.model} was trained on.`);
  const channels = model ? sampleShape(model.config)[0]! : 'auto';
  const data = await loadData({ data: options.data, channels, ...taught, size, out, signal });
  const chosen = chooseMetrics({ options, given: given.given, points: isPoints(data) });
  if (model) checkShape(model, data);
  const measurements: Measurement[] = [];
  const notes: string[] = [];
  const facts: Record<string, unknown> = { data: data.name, seed: options.seed, weights: model?.hash ?? null };
  using judge = chosen.judged.length > 0 ? await openJudge(options.judge, runtime) : null;
  const asked = chosen.sets.length + chosen.judged.length > 0;
  const samples = asked ? await samplesOf({ ...given, model, data, judge }) : null;
  if (judge && samples) {
    facts['judge'] = judge.name;
    const judged = await judgedSamples({ judge, samples, data, options, out, signal });
    for (const metric of chosen.judged) {
      measurements.push(await watched(metric.measure(judged), { what: metric.name, out, signal }));
    }
  }
  if (chosen.sets.length > 0 && samples) {
    const { sets, features } = await twoSets({ ...given, samples: samples.x, data });
    facts['features'] = features;
    if (model?.classes && data.classes && options.class === null) {
      const which = samples.classes ? 'Every class was drawn equally often' : 'No class was asked for';
      notes.push(`${which}; --class data draws each as often as ${data.name} has it`);
    }
    for (const metric of chosen.sets) {
      const work = metric.measure({ ...sets, key: fold(key(options.seed), 'metric', metric.name) });
      measurements.push(await watched(work, { what: metric.name, out, signal }));
    }
  }
  if (chosen.likelihoods.length > 0 && model) {
    const held = heldOut({ options, model, data });
    using likelihood = likelihoodOf({ model, runtime, batch: Math.min(options.batch, held.data.shape[0]!) });
    for (const metric of chosen.likelihoods) {
      const work = metric.measure({
        ...held,
        model: likelihood,
        key: fold(key(options.seed), 'metric', metric.name),
        signal,
      });
      const found = await watched(work, { what: metric.name, out, signal });
      measurements.push({ ...found, notes: found.notes.map((note) => `${metric.name}: ${note}`) });
    }
  }
  return {
    estimates: measurements.flatMap(({ estimates }) => estimates),
    notes: [...notes, ...measurements.flatMap((measured) => measured.notes)],
    facts,
  };
}

/** One sentence for data of another shape than the model's. */
function checkShape(model: DiffusionModel, data: DataSet): void {
  const [want, got] = [sampleShape(model.config).join(' × '), data.shape.join(' × ')];
  if (want === got) return;
  throw new ToolkitError(
    'bad-data',
    `${data.name} has samples of ${got}, and the model makes ${want}. Take other data, or --size.`,
  );
}

interface SetsOptions extends RunEvalOptions {
  readonly samples: Batch;
  readonly data: DataSet;
}

/** The data and what is compared with it, as vectors. */
async function twoSets(given: SetsOptions) {
  const { options, samples, data, out, signal, runtime, globals } = given;
  const { seed } = options;
  const split = options.split === 'auto' ? 'train' : options.split;
  const positions = chosenOf(data, { split, most: options.references ?? Infinity, seed });
  if (isPoints(data)) {
    return { sets: { reference: gather(data, positions).x, samples }, features: null };
  }
  const { features, featureSize, featureRange, featureInput, featureOutput } = options;
  using network = await openFeatures({
    ...{ features, featureSize, featureRange, featureInput, featureOutput },
    ...{ runtime, globals },
  });
  const see = { network: network.extract, out, signal };
  const reference = await seen(
    { ...see, what: 'Features of data', count: positions.length },
    (from, to) => gather(data, positions.slice(from, to)).x,
  );
  const judged = await seen({ ...see, what: 'Features of samples', count: samples.shape[0]! }, (from, to) =>
    rows(samples, from, to),
  );
  return { sets: { reference, samples: judged }, features: network.name };
}

interface SamplesOptions extends RunEvalOptions {
  readonly model: DiffusionModel | null;
  readonly data: DataSet;
  /** Asks for samples of known classes, of all of them unless told. */
  readonly judge: Judge | null;
}

/** What is judged: drawn by the model, or read. */
async function samplesOf({
  options,
  given,
  model,
  data,
  judge,
  runtime,
  out,
  signal,
}: SamplesOptions): Promise<Samples> {
  if (model) {
    const told = Object.fromEntries(
      Object.keys(sampleOptions).flatMap((name) =>
        name in options ? [[name, options[name as keyof EvalOptions]]] : [],
      ),
    );
    const count = options.count ?? 1000;
    const needsAll = model.classes && (judge !== null || nullLabel(model) === null);
    const classes = options.class ?? (needsAll ? 'all' : null);
    const usual = { count, class: classes === 'data' ? classesAsInData({ ...options, data, model, count }) : classes };
    const { model: _, ...rest } = told;
    const opened = await openGuiding(options, { owner: 'eval', out });
    const settled = settle('eval', sampleOptions, { ...rest, ...usual }) as SampleOptions;
    const counted = given.has('steps') || !settled.spacing.startsWith('custom'); // a list has a length of its own
    const named = new Set(Object.keys(settled).filter((name) => name !== 'steps' || counted));
    const sampling = settleSampling(settled, model, named, opened, 'eval');
    const drawing = { model, runtime, sampling, guiding: opened.models, keep: null, out, signal };
    const { pictures } = await drawSamples(drawing);
    return { x: pictures, classes: sampling.labels?.map((label) => model.classes?.[label] ?? null) ?? null };
  }
  const path = options.samples!;
  if (extname(path) === '.npy') {
    const array = await readNpy(path);
    if (array.dtype === 'float32' && array.shape.slice(1).join() === data.shape.join()) {
      const all = floats(array.shape, array.data as Float32Array);
      return { x: rows(all, 0, Math.min(all.shape[0]!, options.count ?? Infinity)), classes: null };
    }
    if (isPoints(data)) {
      throw new ToolkitError(
        'bad-data',
        `${path} must hold float32 points [N, ${data.shape[0]}], got ${array.dtype} of shape [${array.shape.join(', ')}].`,
      );
    }
  }
  const read = await loadData({ data: path, size: data.size, channels: data.channels, out, signal });
  const some = splitIndices(read, 'all').slice(0, options.count ?? undefined);
  const { x, labels } = gather(read, some);
  return { x, classes: read.classes && Array.from(labels, (label) => read.classes![label] ?? null) };
}

interface HeldOutOptions {
  readonly options: EvalOptions;
  readonly model: DiffusionModel;
  readonly data: DataSet;
}

/** Data for a likelihood, with the labels that the model is told. */
function heldOut({ options, model, data }: HeldOutOptions) {
  const split = options.split === 'auto' ? 'held-out' : options.split;
  const positions = chosenOf(data, { split, most: options.count ?? 64, seed: options.seed });
  const { x, labels } = gather(data, positions);
  const free = nullLabel(model);
  if (options.conditional && !model.classes)
    throw usageError('eval: --conditional needs a model with classes. Leave it out.');
  const told = (label: number): number =>
    options.conditional || free === null ? (label < 0 ? (free ?? 0) : label) : free;
  const quantum = isPoints(data) || data.images instanceof Float32Array ? null : 2 / 255;
  return { data: x, labels: model.config.num_class_embeds === null ? null : Array.from(labels, told), quantum };
}

interface WatchedOptions {
  readonly what: string;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Runs a measurement with a bar; between two yields the process may hear of Ctrl-C. */
async function watched(
  work: AsyncGenerator<MetricProgress, Measurement, undefined>,
  { what, out, signal }: WatchedOptions,
): Promise<Measurement> {
  let bar: ReturnType<Output['progress']> | null = null;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) return value;
      bar ??= out.progress({ what, total: 100 });
      bar.update(Math.floor((100 * value.done) / Math.max(1, value.total)));
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  } finally {
    bar?.end();
  }
}
