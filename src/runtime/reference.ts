import type { HostArray } from '../core/host-array.js';
import type { Data } from '../graph/define-op.js';
import { isInput } from '../graph/define-op.js';
import { type Graph, inputsOf, nodesOf, type Tensor } from '../graph/index.js';
import { type CompileOptions, checkFeeds, type Executable, type Runtime } from './runtime.js';

/** The slow, obvious runtime: interprets `evaluate` of each op. Tests measure the others against it. */
export function referenceRuntime(): Runtime {
  return {
    name: 'reference',
    async compile(graph: Graph, { constants = {} }: CompileOptions = {}): Promise<Executable> {
      const nodes = nodesOf(graph);
      const wanted = inputsOf(graph);
      return {
        async run(feeds, into = {}) {
          checkFeeds(wanted, constants, feeds);
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
              const own = into[name];
              if (!own) return [name, values.get(tensor)!];
              (own.data as Float32Array).set(values.get(tensor)!.data as Float32Array);
              return [name, own];
            }),
          );
        },
        close() {},
        [Symbol.dispose]() {},
      };
    },
  };
}
