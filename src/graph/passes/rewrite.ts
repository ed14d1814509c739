import { makeNode } from '../define-op.js';
import { type Graph, nodesOf } from '../graph.js';
import type { Node, Tensor } from '../tensor.js';

/**
 * Rebuilds a graph from its inputs up. `replace` sees each node with its inputs already rewritten and may answer with
 * other outputs; undefined keeps the node. Nodes whose inputs did not change keep their identity.
 */
export function rewrite(
  graph: Graph,
  replace: (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | undefined,
): Graph {
  const now = new Map<Tensor, Tensor>();
  for (const node of nodesOf(graph)) {
    const inputs = node.inputs.map((x) => now.get(x)!);
    const same = inputs.every((x, i) => x === node.inputs[i]);
    const outputs = replace(node, inputs) ?? (same ? node.outputs : makeNode(node.op, inputs, node.attributes).outputs);
    for (const [i, out] of node.outputs.entries()) now.set(out, outputs[i]!);
  }
  return { outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, x]) => [name, now.get(x)!])) };
}
