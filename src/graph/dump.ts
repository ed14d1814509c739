import { isConstant, isInput } from './define-op.js';
import { type Graph, nodesOf } from './graph.js';
import { showType, type Tensor } from './tensor.js';

/** A graph for people: one line per node, `%3 = conv2d(%1, %2) {…} : float32[…]`, inputs and outputs by name. */
export function dump(graph: Graph): string {
  const names = new Map<Tensor, string>();
  const lines: string[] = [];
  for (const node of nodesOf(graph)) {
    for (const out of node.outputs) {
      names.set(out, isInput(node) ? String(node.attributes['name']) : `%${names.size}`);
    }
    if (isInput(node)) continue;
    const left = node.outputs.map((out) => names.get(out)).join(', ');
    const types = node.outputs.map(showType).join(', ');
    const args = node.inputs.map((x) => names.get(x)).join(', ');
    const attributes = isConstant(node)
      ? ''
      : Object.keys(node.attributes).length
        ? ` ${JSON.stringify(node.attributes)}`
        : '';
    lines.push(`${left} = ${node.op.name}(${args})${attributes} : ${types}`);
  }
  for (const [name, x] of Object.entries(graph.outputs)) lines.push(`${name} ← ${names.get(x)}`);
  return lines.join('\n');
}
