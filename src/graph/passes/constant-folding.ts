import { type HostArray, sizeOf } from '../../core/host-array.js';
import { constant, type Data, isConstant, isInput } from '../define-op.js';
import type { Graph } from '../graph.js';
import { rewrite } from './rewrite.js';

/** Results larger than this stay computed: folding `expand` would trade a cheap op for megabytes in the model. */
const largest = 4096;

/** Computes at once what depends on constants alone. */
export function constantFolding(graph: Graph): Graph {
  return rewrite(graph, (node, inputs) => {
    const known = inputs.length > 0 && inputs.every((x) => isConstant(x.node));
    if (!known || isInput(node) || node.outputs.some((y) => sizeOf(y.shape) > largest)) return undefined;
    const values = inputs.map((x) => x.node.attributes['value'] as HostArray);
    const made = node.op.evaluate(values, node.attributes, node.outputs);
    const datas = Array.isArray(made) ? (made as readonly Data[]) : [made as Data];
    return node.outputs.map(({ shape, dtype }, i) => constant({ shape, dtype, data: datas[i]! } as HostArray));
  });
}
