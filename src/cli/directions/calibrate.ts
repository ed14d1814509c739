import { floats, type HostArray } from '../../core/host-array.js';
import { partOf } from '../../core/part-of.js';
import { fold, type Key, permutation } from '../../core/random.js';
import type { DataSet } from '../../data/dataset.js';
import { gather } from '../../data/index.js';
import { type DiffusionModel, invertSemantic, type SemanticChange, semantic } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Example } from './examples.js';

export interface CalibrateOptions {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly data: DataSet;
  readonly change: SemanticChange;
  readonly tap: string;
  /** Figures without and with the attribute, of those that were learnt from. */
  readonly pairs: readonly Example[];
  readonly edit: number;
  readonly count: number;
  readonly key: Key;
  readonly signal: AbortSignal;
}

export interface Calibration {
  /** The strength at which edited pictures come nearest to those with the attribute. */
  readonly strength: number;
  /** Mean squared error there, and of the pictures left as they are. */
  readonly error: number;
  readonly unedited: number;
}

/** Strengths tried first: a walk of many steps adds the change again and again, so that 1 is usually too much. */
const tried = [0.08, 0.128, 0.2048, 0.32768, 0.524288];
const ratio = 1.6;

/** Steps of every walk, and further guesses of each on the way to noise. */
const [steps, refinements] = [20, 2];

/**
 * The strength that does what the attribute is: pictures are inverted, edited with some strengths, and compared with the
 * same figures that have the attribute; the least error, by a parabola through the best three in the logarithm. Yields
 * evaluations.
 */
export async function* calibrate(
  options: CalibrateOptions,
): AsyncGenerator<{ readonly done: number; readonly total: number }, Calibration, undefined> {
  const { data, pairs, key, count } = options;
  const chosen = Array.from(permutation(fold(key, 'calibrate'), pairs.length).subarray(0, count), (i) => pairs[i]!);
  const before = gather(
    data,
    chosen.map(({ without }) => without),
  );
  const after = gather(
    data,
    chosen.map((pair) => pair.with!),
  );
  const labels = Array.from(before.labels, (label) => (label < 0 ? null : label));
  const usual = { ...options, labels, steps, key, batch: chosen.length };
  const inverting = steps * (1 + refinements);
  const total = inverting + tried.length * steps;
  const inversion = invertSemantic({ ...usual, pictures: before.x, refinements });
  const start = yield* partOf(inversion, { from: 0, to: inverting, total });
  const errors: number[] = [];
  for (const [i, strength] of tried.entries()) {
    const edits = [{ change: options.change, strengths: chosen.map(() => strength) }];
    const walk = semantic({ ...usual, start, edits, interval: { edit: options.edit, boost: 0 } });
    const from = inverting + i * steps;
    errors.push(squareError(yield* partOf(walk, { from, to: from + steps, total }), after.x));
  }
  const best = errors.indexOf(Math.min(...errors));
  const place = best + vertex(errors[best - 1], errors[best]!, errors[best + 1]);
  return {
    strength: tried[0]! * ratio ** place,
    error: errors[best]!,
    unedited: squareError(before.x, after.x),
  };
}

/** Where a parabola through the values at −1, 0 and 1 is least; 0 at the ends. */
function vertex(left: number | undefined, middle: number, right: number | undefined): number {
  if (left === undefined || right === undefined) return 0;
  const bend = left - 2 * middle + right;
  return bend > 0 ? Math.max(-0.5, Math.min(0.5, (left - right) / (2 * bend))) : 0;
}

function squareError(a: HostArray<'float32'>, b: HostArray<'float32'>): number {
  return a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0) / a.data.length;
}

/** The same change, of which strength 1 does what `strength` did. */
export function rescaled(change: SemanticChange, strength: number): SemanticChange {
  const times = (x: HostArray<'float32'>): HostArray<'float32'> =>
    floats(
      x.shape,
      x.data.map((value) => value * strength),
    );
  if (change.kind === 'fixed') return { ...change, values: times(change.values) };
  const { network, values } = change.learned;
  const last = /^conv2\./; // a 1 × 1 convolution at the end: its weights scale what comes out
  const own = new Map([...values].map(([path, value]) => [path, last.test(path) ? times(value) : value]));
  return { kind: 'function', learned: { network, values: own } };
}
