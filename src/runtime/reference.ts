import type { HostArray } from '../core/host-array.js';
import type { Data } from '../graph/define-op.js';
import { isConstant, isInput } from '../graph/define-op.js';
import { type Graph, nodesOf, type Tensor } from '../graph/index.js';
import {
  type CompileOptions,
  checkFeeds,
  checkInto,
  closed,
  type Executable,
  type Results,
  type Runtime,
  signatureOf,
} from './runtime.js';

/** The slow, obvious runtime: interprets `evaluate` of each op. Tests measure the others against it. */
export function referenceRuntime(): Runtime {
  return {
    name: 'reference',
    async compile(graph: Graph, options: CompileOptions = {}): Promise<Executable> {
      const signature = signatureOf(graph, options);
      const { constants = {} } = options;
      const nodes = nodesOf(graph);
      let open = true;
      const close = (): void => {
        open = false;
      };
      return {
        async run(feeds, into = {}) {
          if (!open) throw closed();
          checkFeeds(signature, feeds);
          checkInto(signature, into);
          const values = new Map<Tensor, HostArray>();
          for (const node of nodes) {
            const inputs = node.inputs.map((x) => values.get(x)!);
            const name = node.attributes['name'] as string;
            const made = isInput(node)
              ? (feeds[name] ?? constants[name]!).data
              : node.op.evaluate(inputs, node.attributes, node.outputs);
            const datas = Array.isArray(made) ? (made as readonly Data[]) : [made as Data];
            for (const [i, { shape, dtype }] of node.outputs.entries()) {
              values.set(node.outputs[i]!, { shape, dtype, data: datas[i]! } as HostArray);
            }
          }
          return Object.fromEntries(
            Object.entries(graph.outputs).map(([name, tensor]) => {
              const value = values.get(tensor)!;
              const own = into[name];
              if (own) (own.data as Float32Array).set(value.data as Float32Array);
              return [name, own ?? (isGiven(tensor) ? { ...value, data: value.data.slice() } : value)];
            }),
          ) as Results;
        },
        close,
        [Symbol.dispose]: close,
      };
    },
  };
}

/** Whether the numbers belong to somebody else, so that a result must be a copy of them. */
const isGiven = ({ node }: Tensor): boolean => isInput(node) || isConstant(node);
