import { ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import { type Graph, showType, type TensorType } from '../graph/index.js';

export type Feeds = Readonly<Record<string, HostArray>>;
export type Results = Record<string, HostArray>;

export interface CompileOptions {
  /** Inputs whose numbers never change (weights when sampling): prepared once instead of fed every time. */
  readonly constants?: Feeds;
}

/** A graph ready to run. It holds engine memory until it is closed; `using` closes it. */
export interface Executable extends Disposable {
  /**
   * Computes every output. Outputs named in `into` are written there when the engine can (saving an allocation) and
   * returned as those very arrays; nothing in `into` may also be fed in the same run.
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

/** One clear error for a feed that is missing, misnamed or of the wrong type, before the engine sees it. */
export function checkFeeds(wanted: ReadonlyMap<string, TensorType>, constants: Feeds, feeds: Feeds): void {
  for (const [name, tensor] of wanted) {
    const value = feeds[name] ?? constants[name];
    if (!value)
      throw new ToolkitError('missing-input', `Graph input "${name}" (${showType(tensor)}) was given no value.`);
    if (value.dtype !== tensor.dtype || value.shape.join() !== tensor.shape.join()) {
      throw new ToolkitError('shape-mismatch', `Graph input "${name}" is ${showType(tensor)}, got ${showType(value)}.`);
    }
  }
  for (const name of Object.keys(feeds)) {
    if (!wanted.has(name)) throw new ToolkitError('unknown-input', `The graph has no input "${name}".`);
  }
}
