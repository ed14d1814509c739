import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import { inputsOf } from '../graph/index.js';
import type { Executable, Feeds, Runtime } from '../runtime/index.js';
import type { Chunk } from './layout.js';
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
  /** Replaces the arrays of one kind. */
  write(kind: string, values: ReadonlyMap<string, HostArray<'float32'>>): void;
  setSteps(steps: number): void;
}

export interface StepperOptions extends UpdateOptions {
  readonly runtime: Runtime;
  readonly initial: ReadonlyMap<string, HostArray<'float32'>>;
}

/**
 * Holds parameters and optimiser state and moves them step by step. Two sets of buffers take turns: a step reads one
 * and writes the other, so that no copy is made and the state before a bad step is still whole.
 */
export async function createStepper(options: StepperOptions): Promise<Stepper> {
  const { runtime, initial, optimizer, accumulate, ema, clip: measures } = options;
  const { chunks, fused, gradients, apply } = updateGraphs(options);
  const wanted = new Set([fused, gradients].flatMap((graph) => (graph ? [...inputsOf(graph).keys()] : [])));
  const compiled = await Promise.all([fused, gradients, apply].map((graph) => (graph ? runtime.compile(graph) : null)));
  const [fusedRun, gradientsRun, applyRun] = compiled as (Executable | null)[];
  const kinds = ['p', ...optimizer.slots, ...(ema ? ['ema'] : [])];

  const blank = (prefixes: readonly string[]): Arrays =>
    Object.fromEntries(prefixes.flatMap((kind) => chunks.map(({ id, size }) => [`${kind}/${id}`, floats([size])])));
  let now = blank(kinds);
  let spare = blank(kinds);
  let steps = 0;

  const write = (kind: string, values: ReadonlyMap<string, HostArray<'float32'>>): void => {
    for (const { id, parts } of chunks) {
      for (const { name, offset, shape } of parts) {
        const value = values.get(name);
        if (!value || value.shape.join() !== shape.join()) {
          throw new ToolkitError(
            'bad-state',
            `Parameter "${name}" needs ${kind} of shape ${show(shape)}, got ${value ? show(value.shape) : 'nothing'}.`,
          );
        }
        now[`${kind}/${id}`]!.data.set(value.data, offset);
      }
    }
  };
  write('p', initial);
  if (ema) write('ema', initial);

  const nextInto = (): Arrays =>
    Object.fromEntries(Object.entries(spare).map(([name, array]) => [`next/${name}`, array]));

  async function fusedStep(batch: Feeds, scalars: Feeds): Promise<StepOutcome> {
    const feeds = { ...batch, ...views(chunks, now, wanted), ...now, ...scalars };
    return outcome([await fusedRun!.run(feeds, nextInto())]);
  }

  async function accumulatedStep(batches: readonly Feeds[], scalars: Feeds): Promise<StepOutcome> {
    let sums = blank(['sum']);
    let spareSums = blank(['sum']);
    const parts: Feeds[] = [];
    for (const batch of batches) {
      const into = Object.fromEntries(Object.entries(spareSums).map(([name, array]) => [`next/${name}`, array]));
      const { loss, losses } = await gradientsRun!.run({ ...batch, ...views(chunks, now, wanted), ...sums }, into);
      parts.push({ loss: loss!, losses: losses! });
      [sums, spareSums] = [spareSums, sums];
    }
    const applied = await applyRun!.run({ ...now, ...sums, ...scalars }, nextInto());
    return outcome([...parts, ...(applied['norm'] ? [{ norm: applied['norm'] }] : [])]);
  }

  const release = (): void => {
    for (const executable of compiled) executable?.close();
  };

  return {
    get steps() {
      return steps;
    },
    kinds,
    async step(batches, { lr, clip = Infinity, emaDecay = 0 }) {
      if (batches.length !== accumulate) {
        throw new ToolkitError('bad-batches', `A step takes ${accumulate} batch(es), got ${batches.length}.`);
      }
      const scalars = scalarFeeds({
        ...optimizer.scalars({ step: steps + 1, lr }),
        // Infinity/norm would be fine, but 0·∞ is not: the largest float stands in for "no limit".
        ...(measures && { clip: Math.min(clip, 3e38) }),
        ...(ema && { emaDecay }),
      });
      const result = accumulate === 1 ? await fusedStep(batches[0]!, scalars) : await accumulatedStep(batches, scalars);
      if (!Number.isFinite(result.loss) || (measures && !Number.isFinite(result.norm))) return result;
      [now, spare] = [spare, now];
      steps += 1;
      return result;
    },
    read(kind) {
      const values = new Map<string, HostArray<'float32'>>();
      for (const { id, parts } of chunks) {
        for (const { name, shape, offset } of parts) {
          values.set(name, floats(shape, view(now[`${kind}/${id}`]!, shape, offset).data.slice()));
        }
      }
      return values;
    },
    write,
    setSteps(count) {
      steps = count;
    },
    [Symbol.dispose]: release,
  };
}

/** Each parameter as a view of its chunk: the same memory under the name and shape the network asks for. */
function views(chunks: readonly Chunk[], arrays: Arrays, wanted: ReadonlySet<string>): Feeds {
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

/** Joins the per-sample losses of all batches of a step. */
function outcome(results: readonly Feeds[]): StepOutcome {
  const losses = Float32Array.from(results.flatMap(({ losses }) => (losses ? [...(losses.data as Float32Array)] : [])));
  const norm = results.map((result) => result['norm']?.data[0]).find((value) => value !== undefined);
  const means = results.flatMap(({ loss }) => (loss ? [Number(loss.data[0])] : []));
  return { loss: means.reduce((a, b) => a + b, 0) / means.length, losses, norm: Number(norm ?? Number.NaN) };
}
