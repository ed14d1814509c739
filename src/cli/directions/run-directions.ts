import { join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { floats } from '../../core/host-array.js';
import type { Resolved } from '../../core/options.js';
import { fold, key } from '../../core/random.js';
import type { DataSet } from '../../data/dataset.js';
import {
  type DiffusionModel,
  loadClassifier,
  type SemanticChange,
  type SemanticDirection,
  saveDirection,
} from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { AttributeJudge } from '../../training/index.js';
import { usageError } from '../parse.js';
import type { Output } from '../terminal/output.js';
import { watched } from '../terminal/watched.js';
import { commandLine } from '../train/command-line.js';
import { version } from '../version.js';
import { calibrate, rescaled } from './calibrate.js';
import { directionsOptions } from './directions-options.js';
import { type AttributeExamples, type Example, examplesOf, parseLeaveOut } from './examples.js';
import { findDirection, type RecordedMethod } from './find-direction.js';
import { trainDirection } from './train-direction.js';

export type DirectionsOptions = Resolved<typeof directionsOptions>;

export interface RunDirectionsOptions {
  readonly options: DirectionsOptions;
  readonly model: DiffusionModel;
  readonly data: DataSet;
  readonly runtime: Runtime;
  readonly out: Output;
  readonly signal: AbortSignal;
}

export interface MadeDirection {
  readonly file: string;
  readonly direction: SemanticDirection;
}

/** `skin-tone:dark` as a file: `skin-tone-dark.safetensors`. */
export const directionFile = (attribute: string): string => `${attribute.replace(/[^\w-]+/g, '-')}.safetensors`;

/** Finds the direction of every attribute that was named and writes each to its file. */
export async function runDirections(job: RunDirectionsOptions): Promise<readonly MadeDirection[]> {
  const { options, data } = job;
  requireLabels(job);
  const names = options.attribute!.split(',').map((name) => name.trim());
  const leaveOut = parseLeaveOut(options.leaveOut);
  const all = names.map((name) => ({ name, examples: examplesOf(name, data, 'train', leaveOut) }));
  for (const { name, examples } of all) requireExamples(name, examples, job);
  const judgeOf = options.method === 'trained' && options.judge !== null ? await openJudge(options.judge) : () => null;
  const judged = all.map(({ name, examples }) => ({ name, examples, judge: judgeOf(examples.tag) }));
  const made: MadeDirection[] = [];
  for (const { name, examples, judge } of judged) {
    const direction = await calibrated(await found({ name, examples, judge, job }), examples, job);
    const file = join(options.out, directionFile(name));
    await saveDirection(file, direction, { dtype: 'F16' });
    made.push({ file, direction });
  }
  return made;
}

/** Pictures are shown to the model with the classes they have. */
function requireLabels({ model, data }: RunDirectionsOptions): void {
  const rows = model.config.num_class_embeds;
  const most = data.items.reduce((largest, { label }) => Math.max(largest, label), -1);
  if (rows === null || most < rows) return;
  throw new ToolkitError(
    'unknown-class',
    `directions: ${data.name} has ${most + 1} classes and the model knows ${rows}. Take the data it was trained on.`,
  );
}

function requireExamples(
  name: string,
  { pairs, leftOut, with: yes, without: no }: AttributeExamples,
  job: RunDirectionsOptions,
) {
  const { options, data } = job;
  if (options.leaveOut !== null && (leftOut.length === 0 || pairs.length === 0)) {
    const left = leftOut.length === 0 ? 'none' : 'all';
    throw usageError(`directions: --leave-out ${options.leaveOut} leaves out ${left} of the figures of "${name}".`);
  }
  if (yes.length > 0 && no.length > 0) {
    const usesPairs = options.pairsWeight > 0 && pairs.length > 0;
    if (options.method !== 'trained' || usesPairs || options.judge !== null) return;
    throw usageError(
      `directions: nobody drew the figures of "${name}" without it, so a judge has to say what it is. Name one with --judge.`,
    );
  }
  throw new ToolkitError(
    'empty-data',
    `directions: ${data.name} has ${yes.length} pictures with "${name}" and ${no.length} without. Take other --data.`,
  );
}

interface Wanted {
  readonly name: string;
  readonly examples: AttributeExamples;
  readonly judge: AttributeJudge | null;
  readonly job: RunDirectionsOptions;
}

async function found({ name, examples, judge, job }: Wanted): Promise<SemanticDirection> {
  const { options, model, out } = job;
  const root = fold(key(options.seed), 'directions', name);
  out.say(
    `${name}: ${examples.pairs.length} pairs, ${examples.with.length} pictures with ${examples.tag} and ` +
      `${examples.without.length} without.`,
  );
  const facts = { attribute: name, tap: options.tap, model: model.hash, edit: options.edit };
  const made = commandLine('directions', directionsOptions, { ...options, attribute: name, out: 'directions' });
  const left = options.leaveOut !== null && { leftOut: options.leaveOut };
  const details = {
    langevin: version(),
    made,
    seed: String(options.seed),
    tag: examples.tag,
    data: job.data.name,
    ...left,
  };
  if (options.method === 'trained') {
    const { pairs, without, with: yes } = examples;
    const paired = options.pairsWeight > 0 && pairs.length > 0;
    const list: readonly Example[] = paired ? pairs : without.map((place) => ({ without: place, with: null }));
    const work = trainDirection({
      ...{
        ...job,
        judge,
        examples: list,
        tap: options.tap,
        steps: options.steps,
        walk: options.walk,
        batch: options.batch,
      },
      weights: {
        attribute: judge ? options.attributeWeight : 0,
        keep: options.keepWeight,
        pairs: paired ? options.pairsWeight : 0,
      },
      ...{ lr: options.lr, edit: options.edit, key: root },
    });
    let losses = 0;
    const learned = await watched(work, {
      what: `Training ${name}`,
      out,
      each: ({ done, total, loss }) => {
        if (done > total * 0.75) losses += loss / (total - Math.floor(total * 0.75));
      },
    });
    const against = [paired ? `${pairs.length} pairs` : null, judge ? `the judge ${options.judge}` : null];
    return {
      ...facts,
      change: { kind: 'function', learned },
      method: 'trained',
      details: {
        ...details,
        against: against.filter(Boolean).join(' and '),
        pictures: String(paired ? 2 * pairs.length : without.length + yes.length),
        loss: losses.toPrecision(4),
      },
    };
  }
  const times = timesOf(options);
  const { tap, pictures: count, pooled } = options;
  const method = options.method as RecordedMethod; // jacobian is a way of its own, and trained was above
  const work = findDirection({ ...job, tap, method, examples, count, times, pooled, key: root });
  const { change, values, pictures } = await watched(work, { what: `Looking for ${name}`, out });
  return {
    ...facts,
    change: options.averaged ? averaged(change) : change,
    method,
    details: {
      ...details,
      pictures: String(pictures),
      measured: values.map((value) => value.toPrecision(4)).join(','),
    },
  };
}

/** The times at which recorded methods look. */
export function timesOf({ times: list }: Pick<DirectionsOptions, 'times'>): readonly number[] {
  const times = list.split(',').map(Number);
  const wrong = times.find((t, i) => !(t > 0 && t <= 1 && (i === 0 || t > times[i - 1]!)));
  if (wrong !== undefined) throw usageError(`directions: --times must rise within (0, 1], got ${list}.`);
  return times;
}

/** Strength 1 as what the attribute is, where the data has pairs that say so. */
async function calibrated(
  direction: SemanticDirection,
  { pairs }: AttributeExamples,
  { options, out, ...job }: RunDirectionsOptions,
): Promise<SemanticDirection> {
  if (options.calibrate === 0 || pairs.length === 0) return direction;
  const { change, tap, edit, attribute, details } = direction;
  const root = fold(key(options.seed), 'directions', attribute);
  const work = calibrate({ ...job, change, tap, edit, pairs, count: options.calibrate, key: root });
  const { strength, error, unedited } = await watched(work, {
    ...{ what: `Calibrating ${attribute}`, unit: 'evaluations', out },
  });
  const [was, is] = [unedited.toPrecision(3), error.toPrecision(3)];
  out.say(
    `${attribute}: strength 1 is ${strength.toPrecision(3)} of what was found; squared error to the pairs ${was} → ${is}.`,
  );
  const measured = { calibration: strength.toPrecision(4), error: is, unedited: was };
  return { ...direction, change: rescaled(change, strength), details: { ...details, ...measured } };
}

/** The mean over times as the one direction for all of them. */
function averaged({ times, values }: Extract<SemanticChange, { readonly kind: 'fixed' }>): SemanticChange {
  const [count = 1, ...shape] = values.shape;
  const out = floats([1, ...shape]);
  for (let i = 0; i < values.data.length; i++) out.data[i % out.data.length]! += values.data[i]! / count;
  return { kind: 'fixed', times: [times.at(-1)!], values: out };
}

/** A classifier of attributes, by the tag that an output of it tells. */
async function openJudge(path: string): Promise<(tag: string) => AttributeJudge> {
  const { network, values, classes } = await loadClassifier(path);
  return (tag) => {
    const output = classes.indexOf(tag);
    if (output >= 0) return { network, values, output };
    throw new ToolkitError(
      'bad-option',
      `directions: the judge ${path} knows no ${tag}. It knows: ${classes.join(', ')}.`,
    );
  };
}
