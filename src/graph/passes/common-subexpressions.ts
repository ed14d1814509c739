import type { HostArray } from '../../core/host-array.js';
import { isConstant, isInput, makeNode } from '../define-op.js';
import type { Graph } from '../graph.js';
import type { Node, Tensor } from '../tensor.js';
import { rewrite } from './rewrite.js';

/** Computes what is written twice once: nodes of one op over the same inputs with the same attributes become one. */
export function commonSubexpressions(graph: Graph): Graph {
  const ids = new Map<Tensor, number>();
  const id = (x: Tensor): number => {
    if (!ids.has(x)) ids.set(x, ids.size);
    return ids.get(x)!;
  };
  const seen = new Map<string, readonly Tensor[]>();
  return rewrite(graph, (node, inputs) => {
    const signature = describe(node, inputs.map(id));
    if (signature === undefined) return undefined;
    const known = seen.get(signature);
    if (known) return known;
    const same = inputs.every((x, i) => x === node.inputs[i]);
    const outputs = same ? node.outputs : makeNode(node.op, inputs, node.attributes).outputs;
    seen.set(signature, outputs);
    return outputs;
  });
}

/** Equal text means equal meaning. Large constants are left apart: comparing them costs more than it saves. */
function describe(node: Node, inputs: readonly number[]): string | undefined {
  if (isInput(node)) return undefined;
  if (isConstant(node)) {
    const { dtype, shape, data } = node.attributes['value'] as HostArray;
    return data.length <= 64 ? `constant ${dtype}[${shape.join()}] ${data.join()}` : undefined;
  }
  return `${node.op.name}(${inputs.join()}) ${JSON.stringify(node.attributes)}`;
}
