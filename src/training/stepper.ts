import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray, type Shape, sizeOf } from '../core/host-array.js';
import { inputsOf, showType } from '../graph/index.js';
import type { Executable, Feeds, Runtime } from '../runtime/index.js';
import { rowLength } from './layout.js';
import { type UpdateOptions, updateGraphs } from './update.js';

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
 * Holds parameters and optimiser state and moves them step by step: one array of each kind, written in place, a piece at a
 * time. Gradients are computed first and judged; only when loss and norm are finite is the state touched. The pieces of an
 * optimiser that reads a slot in two places cannot be written in place: they are copied there.
 */
export async function createStepper(options: StepperOptions): Promise<Stepper> {
  const { runtime, initial, optimizer, accumulate, ema, clip: measures } = options;
  const { chunks, gradients, moves } = updateGraphs(options);
  const wanted = inputsOf(gradients);
  const [gradientsRun, ...moveRuns] = (await Promise.all(
    [gradients, ...moves.map(({ graph }) => graph)].map((graph) => runtime.compile(graph)),
  )) as [Executable, ...Executable[]];
  const kinds = ['p', ...optimizer.slots, ...(ema ? ['ema'] : [])];
  const runs = moves.map(({ run }) => run);
  const ofElements = optimizer.slots.filter((slot) => optimizer.matrices?.slots.includes(slot) === false);
  /** All chunks in a row, or those that are moved by elements, and what is missing to whole pieces. */
  const row = (kind: string) => new Float32Array(rowLength(runs, !ofElements.includes(kind)));
  const state = Object.fromEntries(kinds.map((kind) => [kind, row(kind)]));
  const sums = row('g');
  let steps = 0;

  /** The memory of each parameter in one of these rows. */
  const parts = (data: Float32Array): readonly (readonly [name: string, HostArray<'float32'>])[] =>
    chunks
      .filter(({ start }) => start < data.length)
      .flatMap(({ start, parts }) =>
        parts.map(({ name, shape, offset }) => [name, view(data, shape, start + offset)] as const),
      );

  const write = (kind: string, values: ReadonlyMap<string, HostArray<'float32'>>): void => {
    requireKind(kind, kinds);
    const own = parts(state[kind]!);
    for (const [name, { shape }] of own) requireValue({ kind, name, shape }, values.get(name));
    for (const [name, { data }] of own) data.set(values.get(name)!.data);
  };
  write('p', initial);
  if (ema) write('ema', initial);

  const parameters = Object.fromEntries(
    parts(state['p']!).flatMap(([name, array]) => (wanted.has(`param/${name}`) ? [[`param/${name}`, array]] : [])),
  );
  const chunkSums = Object.fromEntries(chunks.map(({ id, size, start }) => [`g/${id}`, view(sums, [size], start)]));

  /** All backward passes of a step, their gradients averaged into `sums`. */
  async function backward(batches: readonly Feeds[]): Promise<StepOutcome> {
    if (accumulate > 1) sums.fill(0);
    const results: Feeds[] = [];
    for (const batch of batches) {
      const feeds = { ...batch, ...parameters, ...(accumulate > 1 && chunkSums) };
      results.push(await gradientsRun.run(feeds, next(chunkSums)));
    }
    return outcome(results);
  }

  /** The optimiser, piece by piece. */
  async function update(scalars: Feeds): Promise<void> {
    for (const [i, { run, slots, graph, inPlace }] of moves.entries()) {
      const used = inputsOf(graph); // no decay, no factor for it
      const told = Object.fromEntries(Object.entries(scalars).filter(([name]) => used.has(name)));
      const held = ['p', ...slots, ...(ema ? ['ema'] : [])];
      for (let piece = 0; piece < run.count; piece++) {
        const of = (data: Float32Array) => view(data, run.shape, run.start + piece * sizeOf(run.shape));
        const now = Object.fromEntries(held.map((kind) => [kind, of(state[kind]!)]));
        const results = await moveRuns[i]!.run({ ...now, g: of(sums), ...told }, inPlace ? next(now) : {});
        if (inPlace) continue;
        for (const [kind, { data }] of Object.entries(now)) data.set(results[`next/${kind}`]!.data as Float32Array);
      }
    }
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
      await update(scalars);
      steps += 1;
      return result;
    },
    read(kind) {
      requireKind(kind, kinds);
      return new Map(parts(state[kind]!).map(([name, { shape, data }]) => [name, floats(shape, data.slice())]));
    },
    write,
    setSteps(count) {
      steps = count;
    },
    [Symbol.dispose]() {
      for (const executable of [gradientsRun, ...moveRuns]) executable.close();
    },
  };
}

function requireKind(kind: string, kinds: readonly string[]): void {
  if (kinds.includes(kind)) return;
  throw new ToolkitError('bad-state', `This stepper holds ${kinds.join(', ')}, and no ${show(kind)}.`);
}

interface Place {
  readonly kind: string;
  readonly name: string;
  readonly shape: Shape;
}

function requireValue({ kind, name, shape }: Place, value: HostArray | undefined): void {
  if (value?.dtype === 'float32' && value.shape.join() === shape.join()) return;
  const wanted = `${kind} of ${showType({ dtype: 'float32', shape })}`;
  throw new ToolkitError('bad-state', `"${name}" needs ${wanted}, got ${value ? showType(value) : 'nothing'}.`);
}

const view = (row: Float32Array, shape: Shape, start: number): HostArray<'float32'> =>
  floats(shape, row.subarray(start, start + sizeOf(shape)));

const next = (arrays: Feeds): Feeds =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`next/${name}`, array]));

const scalarFeeds = (values: Readonly<Record<string, number>>): Feeds =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, floats([], [value])]));

/** Joins the results of all backward passes of a step; the norm of the last one is that of their average. */
function outcome(results: readonly Feeds[]): StepOutcome {
  const losses = Float32Array.from(results.flatMap(({ losses }) => [...(losses!.data as Float32Array)]));
  const loss = results.reduce((total, { loss }) => total + Number(loss!.data[0]), 0) / results.length;
  return { loss, losses, norm: Number(results.at(-1)!['norm']?.data[0] ?? Number.NaN) };
}
