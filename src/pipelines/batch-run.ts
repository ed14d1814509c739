import { floats, type HostArray, int64s, padRows, rows, type Shape } from '../core/host-array.js';
import { type Graph, input } from '../graph/index.js';
import { bindParams, dataShape } from '../nn/index.js';
import { executables, type Runtime } from '../runtime/index.js';
import type { DiffusionModel } from './model.js';

type Batch = HostArray<'float32'>;

export interface BatchRunOptions {
  readonly runtime: Runtime;
  /** Rows computed together. */
  readonly batch: number;
  /** Whether the network is told labels. */
  readonly conditional: boolean;
  /** x of a shape, t, class_labels where labels are told, and what else is fed → the outputs, one row for each. */
  graph(shape: Shape): Graph;
  /** The weights. */
  readonly constants: Readonly<Record<string, HostArray>>;
}

/** What a network is shown and told of some rows, all at one noise level. */
export interface BatchQuestion {
  /** Scaled as the network takes it, [n, …]. */
  readonly x: Batch;
  readonly cNoise: number;
  /** One label a row; null for an unconditional model. */
  readonly labels: readonly number[] | null;
}

/** The weights of a network, and what it is shown and told of some rows, as inputs of a graph under the names `batchRun` feeds. */
export function networkInputs<N extends DiffusionModel['network']>(
  { config, network }: Pick<DiffusionModel, 'config'> & { readonly network: N },
  size: number,
) {
  const told = config.num_class_embeds === null ? {} : { classLabels: input('class_labels', [size], 'int64') };
  return {
    params: bindParams<N['params']>(network.params, (path, { shape }) => input(path, shape)),
    inputs: { sample: input('x', [size, ...dataShape(config)]), timestep: input('t', [size]), ...told },
  };
}

/** One graph of a network for batches of any number of rows. */
export interface BatchRun extends Disposable {
  /** `more` has a row of each further input for each row of x. */
  run(question: BatchQuestion, more?: Readonly<Record<string, Batch>>): Promise<Readonly<Record<string, Batch>>>;
}

/**
 * Compiled when first run, and once more for each multiple of `batch` that is asked for: other numbers of rows are filled
 * up and cut again.
 */
export function batchRun({ runtime, batch, conditional, graph, constants }: BatchRunOptions): BatchRun {
  const compiled = executables();
  return {
    async run({ x, cNoise, labels }, more = {}) {
      const count = x.shape[0]!;
      const size = Math.ceil(count / batch) * batch;
      const shown = padRows(x, size);
      const executable = await compiled.get(shown.shape.join(), () =>
        runtime.compile(graph(shown.shape), { constants }),
      );
      const told = Array.from({ length: size }, (_, i) => labels?.[i] ?? 0);
      const results = await executable.run({
        x: shown,
        t: floats([size], new Float32Array(size).fill(cNoise)),
        ...(conditional && { class_labels: int64s([size], told) }),
        ...mapped(more, (value) => padRows(value, size)),
      });
      return mapped(results as Readonly<Record<string, Batch>>, (value) => rows(value, 0, count));
    },
    [Symbol.dispose]: () => compiled[Symbol.dispose](),
  };
}

const mapped = (values: Readonly<Record<string, Batch>>, f: (value: Batch) => Batch): Readonly<Record<string, Batch>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));
