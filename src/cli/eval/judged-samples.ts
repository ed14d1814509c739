import { show } from '../../core/errors.js';
import { type HostArray, rows } from '../../core/host-array.js';
import { type DataSet, gather } from '../../data/index.js';
import type { Judged, JudgedSamples } from '../../metrics/index.js';
import type { Judge } from '../../pipelines/index.js';
import { usageError } from '../parse.js';
import type { Output } from '../terminal/output.js';
import { chosenOf } from './chosen-positions.js';
import { seen } from './seen.js';
import type { EvalOptions } from './settle-eval.js';

/** What is judged: pictures or points, and the class each was to be, where that is known. */
export interface Samples {
  readonly x: HostArray<'float32'>;
  readonly classes: readonly (string | null)[] | null;
}

export interface JudgedSamplesOptions {
  readonly judge: Judge;
  readonly samples: Samples;
  readonly data: DataSet;
  readonly options: Pick<EvalOptions, 'split' | 'references' | 'seed'>;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Most pictures of the data that are shown to the judge beside the samples, unless told. */
const usualReferences = 1000;

/** The judge's opinion of samples, and of true data it has not seen. */
export async function judgedSamples(given: JudgedSamplesOptions): Promise<JudgedSamples> {
  const { judge, samples, data, options, out, signal } = given;
  const wanted = outputsOf(samples.classes, judge);
  const see = { network: judge.judge, out, signal };
  const logits = await seen({ ...see, what: 'Judging samples', count: wanted.length }, (from, to) =>
    rows(samples.x, from, to),
  );
  const known = new Set(judge.classes);
  const split = options.split === 'auto' ? 'held-out' : options.split;
  const positions = chosenOf(data, { split, most: options.references ?? usualReferences, seed: options.seed }).filter(
    (position) => known.has(data.classes?.[data.item(position).label] ?? ''),
  );
  if (positions.length === 0) return { samples: { logits, wanted }, reference: null };
  const reference: Judged = {
    logits: await seen(
      { ...see, what: 'Judging data', count: positions.length },
      (from, to) => gather(data, positions.slice(from, to)).x,
    ),
    wanted: positions.map((position) => judge.classes.indexOf(data.classes![data.item(position).label]!)),
  };
  return { samples: { logits, wanted }, reference };
}

/** The judge's outputs for the classes that samples were to be. */
function outputsOf(classes: Samples['classes'], judge: Judge): readonly number[] {
  if (!classes || classes.includes(null)) {
    throw usageError(
      'eval: class-accuracy needs to know the class of every sample. Judge a model with classes, or a folder of samples ' +
        'with a folder for each class.',
    );
  }
  return classes.map((name) => {
    const output = judge.classes.indexOf(name!);
    if (output >= 0) return output;
    const known = judge.classes.length > 12 ? `${judge.classes.slice(0, 12).join(', ')}, …` : judge.classes.join(', ');
    throw usageError(`eval: the judge ${judge.name} does not know the class ${show(name)}. It knows: ${known}.`);
  });
}
