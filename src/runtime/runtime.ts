import { ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import { type Graph, inputsOf, outputTypes, showType, type TensorType } from '../graph/index.js';

export type Feeds = Readonly<Record<string, HostArray>>;
export type Results = Record<string, HostArray>;

export interface CompileOptions {
  /** Inputs whose numbers never change (weights when sampling): prepared once instead of fed every time. */
  readonly constants?: Feeds;
}

/** A graph ready to run. It holds engine memory until it is closed; `using` closes it. Runs under way still finish. */
export interface Executable extends Disposable {
  /**
   * Computes every output. Outputs named in `into` are written there when the engine can (saving an allocation) and
   * returned as those very arrays. An array may be fed and written in one run only where the output is an element-wise
   * function of it.
   */
  run(feeds: Feeds, into?: Feeds): Promise<Results>;
  close(): void;
}

/** Executes finished graphs. Where numbers live and which library computes is the runtime's affair. */
export interface Runtime {
  /** For example "node/cpu" or "reference". */
  readonly name: string;
  compile(graph: Graph, options?: CompileOptions): Promise<Executable>;
}

/** What a graph takes and gives, checked once when it is compiled. */
export interface Signature {
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** Names of the inputs whose numbers were settled then. */
  readonly constants: ReadonlySet<string>;
}

/** The types behind the names of a graph, or one clear error for names that clash and constants that do not fit. */
export function signatureOf(graph: Graph, { constants = {} }: CompileOptions = {}): Signature {
  const [inputs, outputs] = [inputsOf(graph), outputTypes(graph)];
  if (Object.keys(outputs).length === 0) throw new ToolkitError('no-output', 'A graph to compile needs an output.');
  for (const [name, tensor] of inputs) {
    if (Object.hasOwn(outputs, name) && graph.outputs[name] !== tensor) {
      throw new ToolkitError('duplicate-name', `The graph has an input and an output named "${name}". Rename one.`);
    }
    if (Object.hasOwn(constants, name)) requireType(`Graph input "${name}"`, { want: tensor, got: constants[name]! });
  }
  return { inputs, outputs, constants: new Set(Object.keys(constants)) };
}

/** One clear error for a feed that is missing, misnamed or of the wrong type, before the engine sees it. */
export function checkFeeds({ inputs, constants }: Signature, feeds: Feeds): void {
  for (const [name, want] of inputs) {
    if (Object.hasOwn(feeds, name)) requireType(`Graph input "${name}"`, { want, got: feeds[name]! });
    else if (!constants.has(name)) {
      throw new ToolkitError('missing-input', `Graph input "${name}" (${showType(want)}) was given no value.`);
    }
  }
  for (const name of Object.keys(feeds)) {
    if (!inputs.has(name)) throw new ToolkitError('unknown-input', `The graph has no input "${name}".`);
    if (!constants.has(name)) continue;
    const remedy = 'Leave it out, or compile without it.';
    throw new ToolkitError(
      'constant-input',
      `Graph input "${name}" was settled when the graph was compiled. ${remedy}`,
    );
  }
}

/** The same for arrays that are to be filled. */
export function checkInto({ outputs }: Signature, into: Feeds): void {
  for (const [name, got] of Object.entries(into)) {
    if (!Object.hasOwn(outputs, name)) throw new ToolkitError('unknown-output', `The graph has no output "${name}".`);
    requireType(`Graph output "${name}"`, { want: outputs[name]!, got });
  }
}

/** What every run of an executable that was closed says. */
export const closed = (): ToolkitError =>
  new ToolkitError('closed', 'This executable was closed. Compile the graph again.');

function requireType(what: string, { want, got }: { readonly want: TensorType; readonly got: TensorType }): void {
  if (got.dtype === want.dtype && got.shape.join() === want.shape.join()) return;
  throw new ToolkitError('shape-mismatch', `${what} is ${showType(want)}, got ${showType(got)}.`);
}
