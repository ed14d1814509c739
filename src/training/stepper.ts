import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import { inputsOf, showType } from '../graph/index.js';
import type { Executable, Feeds, Runtime } from '../runtime/index.js';
import type { Chunk, Part } from './layout.js';
import { type UpdateOptions, updateGraphs } from './update.js';

/** One value of everything that an optimiser step changes: per chunk, the parameters, the slots, the average. */
type Arrays = Record<string, HostArray<'float32'>>;

export interface StepSettings {
  readonly lr: number;
  /** Largest global gradient norm; Infinity measures without limiting. */
  readonly clip?: number;
  readonly emaDecay?: number;
}

export interface StepOutcome {
  /** Mean loss over all samples of the step. */
  readonly loss: number;
  /** Loss of each sample, in feeding order. */
  readonly losses: Float32Array;
  /** Global gradient norm before clipping; NaN when the graph does not measure it. */
  readonly norm: number;
}

/** Names of what a stepper holds: `p` the parameters, `ema` their average, and the optimiser's slots. */
export interface Stepper extends Disposable {
  /** Optimiser steps done. */
  readonly steps: number;
  readonly kinds: readonly string[];
  /** Runs forward, backward and update on one batch (or `accumulate` batches). A non-finite result changes nothing. */
  step(batches: readonly Feeds[], settings: StepSettings): Promise<StepOutcome>;
  /** Copies of the arrays of one kind by parameter name. */
  read(kind: string): Map<string, HostArray<'float32'>>;
  /** Replaces the arrays of one kind, all or none; other names in `values` are left alone. */
  write(kind: string, values: ReadonlyMap<string, HostArray<'float32'>>): void;
  setSteps(steps: number): void;
}

export interface StepperOptions extends UpdateOptions {
  readonly runtime: Runtime;
  readonly initial: ReadonlyMap<string, HostArray<'float32'>>;
}

/**
 * Holds parameters and optimiser state and moves them step by step: one array of each, written in place. Gradients are
 * computed first and judged; only when loss and norm are finite is the state touched. An optimiser that reads a slot in
 * two places cannot be written in place and gets a second set of arrays.
 */
export async function createStepper(options: StepperOptions): Promise<Stepper> {
  const { runtime, initial, optimizer, accumulate, ema, clip: measures } = options;
  const { chunks, gradients, apply, inPlace } = updateGraphs(options);
  const [wanted, applied] = [inputsOf(gradients), inputsOf(apply)];
  const [gradientsRun, applyRun] = (await Promise.all([gradients, apply].map((graph) => runtime.compile(graph)))) as [
    Executable,
    Executable,
  ];
  const kinds = ['p', ...optimizer.slots, ...(ema ? ['ema'] : [])];
  const blank = (kind: string): Arrays =>
    Object.fromEntries(chunks.map(({ id, size }) => [`${kind}/${id}`, floats([size])]));
  const state: Arrays = Object.assign({}, ...kinds.map(blank));
  const spare: Arrays = inPlace ? state : Object.assign({}, ...kinds.map(blank));
  const sums = blank('g');
  let steps = 0;

  const write = (kind: string, values: ReadonlyMap<string, HostArray<'float32'>>): void => {
    requireKind(kind, kinds);
    for (const { parts } of chunks) for (const part of parts) requireValue({ kind, ...part }, values.get(part.name));
    for (const { id, parts } of chunks) {
      for (const { name, offset } of parts) state[`${kind}/${id}`]!.data.set(values.get(name)!.data, offset);
    }
  };
  write('p', initial);
  if (ema) write('ema', initial);

  const next = (arrays: Arrays): Arrays =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`next/${name}`, array]));

  /** All backward passes of a step, their gradients averaged into `sums`. */
  async function backward(batches: readonly Feeds[]): Promise<StepOutcome> {
    if (accumulate > 1) for (const { data } of Object.values(sums)) data.fill(0);
    const results: Feeds[] = [];
    for (const batch of batches) {
      const feeds = { ...batch, ...views(chunks, state, wanted), ...(accumulate > 1 && sums) };
      results.push(await gradientsRun.run(feeds, next(sums)));
    }
    return outcome(results);
  }

  return {
    get steps() {
      return steps;
    },
    kinds,
    async step(batches, { lr, clip = Infinity, emaDecay = 0 }) {
      if (batches.length !== accumulate) {
        throw new ToolkitError('bad-batches', `A step takes ${accumulate} batch(es), got ${batches.length}.`);
      }
      const result = await backward(batches);
      if (!Number.isFinite(result.loss) || (measures && !Number.isFinite(result.norm))) return result;
      const scalars = scalarFeeds({
        ...optimizer.scalars({ step: steps + 1, lr }),
        // The largest float stands in for "no limit": 0·∞ would be no number.
        ...(measures && { clip: Math.min(clip, 3e38), norm: result.norm }),
        ...(ema && { emaDecay }),
      });
      const used = Object.entries(scalars).filter(([name]) => applied.has(name)); // no decay, no factor for it
      await applyRun.run({ ...state, ...sums, ...Object.fromEntries(used) }, next(spare));
      if (!inPlace) for (const name of Object.keys(state)) [state[name], spare[name]] = [spare[name]!, state[name]!];
      steps += 1;
      return result;
    },
    read(kind) {
      requireKind(kind, kinds);
      const values = new Map<string, HostArray<'float32'>>();
      for (const { id, parts } of chunks) {
        for (const { name, shape, offset } of parts) {
          values.set(name, floats(shape, view(state[`${kind}/${id}`]!, shape, offset).data.slice()));
        }
      }
      return values;
    },
    write,
    setSteps(count) {
      steps = count;
    },
    [Symbol.dispose]() {
      gradientsRun.close();
      applyRun.close();
    },
  };
}

function requireKind(kind: string, kinds: readonly string[]): void {
  if (kinds.includes(kind)) return;
  throw new ToolkitError('bad-state', `This stepper holds ${kinds.join(', ')}, and no ${show(kind)}.`);
}

function requireValue({ kind, name, shape }: Part & { readonly kind: string }, value: HostArray | undefined): void {
  if (value?.dtype === 'float32' && value.shape.join() === shape.join()) return;
  const wanted = `${kind} of ${showType({ dtype: 'float32', shape })}`;
  throw new ToolkitError('bad-state', `"${name}" needs ${wanted}, got ${value ? showType(value) : 'nothing'}.`);
}

/** Each parameter as a view of its chunk: the same memory under the name and shape the network asks for. */
function views(chunks: readonly Chunk[], arrays: Arrays, wanted: ReadonlyMap<string, unknown>): Feeds {
  const feeds: Record<string, HostArray> = {};
  for (const { id, parts } of chunks) {
    for (const { name, shape, offset } of parts) {
      if (wanted.has(`param/${name}`)) feeds[`param/${name}`] = view(arrays[`p/${id}`]!, shape, offset);
    }
  }
  return feeds;
}

function view(chunk: HostArray<'float32'>, shape: readonly number[], offset: number): HostArray<'float32'> {
  const size = shape.reduce((product, n) => product * n, 1);
  return floats(shape, chunk.data.subarray(offset, offset + size));
}

const scalarFeeds = (values: Readonly<Record<string, number>>): Feeds =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, floats([], [value])]));

/** Joins the results of all backward passes of a step; the norm of the last one is that of their average. */
function outcome(results: readonly Feeds[]): StepOutcome {
  const losses = Float32Array.from(results.flatMap(({ losses }) => [...(losses!.data as Float32Array)]));
  const loss = results.reduce((total, { loss }) => total + Number(loss!.data[0]), 0) / results.length;
  return { loss, losses, norm: Number(results.at(-1)!['norm']?.data[0] ?? Number.NaN) };
}
