import type { HostArray } from '../core/host-array.js';
import { type Graph, nodesOf, type Tensor } from '../graph/index.js';
import { type CompileOptions, closed, type Executable, type Feeds, type Runtime } from './runtime.js';

interface Entry {
  readonly executable: Promise<Executable>;
  users: number;
}

/**
 * The same runtime with its sessions cached by graph: compiling an equal graph with the very same constants again gives
 * the session that exists. Sessions in use are shared; of those nobody uses the latest `idle` are kept for the next caller.
 * Constants are told apart by identity, so their numbers must not change after compiling.
 */
export function cacheSessions(runtime: Runtime, { idle = 2 } = {}): Runtime {
  const entries = new Map<string, Entry>();

  function release(entry: Entry): void {
    entry.users -= 1;
    const unused = [...entries].filter(([, { users }]) => users === 0);
    for (const [key, { executable }] of unused.slice(0, Math.max(0, unused.length - idle))) {
      entries.delete(key);
      void executable.then((session) => session.close());
    }
  }

  return {
    ...runtime,
    async compile(graph: Graph, options: CompileOptions = {}): Promise<Executable> {
      const key = fingerprint(graph, options.constants ?? {});
      const entry = entries.get(key) ?? { executable: runtime.compile(graph, options), users: 0 };
      entries.delete(key);
      entries.set(key, entry); // the latest used stands last
      entry.users += 1;
      const executable = await entry.executable.catch((error) => {
        entries.delete(key);
        throw error;
      });
      return handle(executable, () => release(entry));
    },
  };
}

/** One caller's hold on a shared executable: closing it closes nothing of the others'. */
function handle(executable: Executable, release: () => void): Executable {
  let open = true;
  const close = (): void => {
    if (open) release();
    open = false;
  };
  return {
    run: (feeds: Feeds, into?: Feeds) => (open ? executable.run(feeds, into) : Promise.reject(closed())),
    close,
    [Symbol.dispose]: close,
  };
}

/** Text that is equal for graphs that compute the same from the same constants. */
function fingerprint(graph: Graph, constants: Feeds): string {
  const ids = new Map<Tensor, number>();
  const lines = nodesOf(graph).map((node) => {
    for (const out of node.outputs) ids.set(out, ids.size);
    const attributes = JSON.stringify(node.attributes, (name, value: unknown) =>
      name === 'value' ? constantText(value as HostArray) : value,
    );
    return `${node.op.name}(${node.inputs.map((x) => ids.get(x)).join()})${attributes}`;
  });
  const results = Object.entries(graph.outputs).map(([name, x]) => `${name}=${ids.get(x)}`);
  const given = Object.entries(constants).map(([name, value]) => `${name}:${constantText(value)}`);
  return [...lines, ...results, ...given.sort()].join('\n');
}

/** Small constants by their numbers, large ones by who they are. */
function constantText(value: HostArray | number): unknown {
  if (typeof value === 'number') return value;
  const { dtype, shape, data } = value;
  return `${dtype}[${shape.join()}]${data.length <= 64 ? data.join() : `#${identity(data)}`}`;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identity(data: object): number {
  const known = identities.get(data);
  if (known !== undefined) return known;
  lastIdentity += 1;
  identities.set(data, lastIdentity);
  return lastIdentity;
}
