import { ToolkitError } from '../core/errors.js';
import { isInput } from './define-op.js';
import type { Node, Tensor, TensorType } from './tensor.js';

/** A finished computation: named results of named inputs. Its nodes are whatever the outputs reach. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Inputs before outputs, each node once; iterative, because a U-Net is deeper than the call stack likes. */
export function topological(roots: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  for (const root of roots) {
    const stack: { readonly node: Node; readonly expanded: boolean }[] = [{ node: root.node, expanded: false }];
    while (stack.length > 0) {
      const { node, expanded } = stack.pop()!;
      if (expanded) order.push(node);
      else if (!seen.has(node)) {
        seen.add(node);
        stack.push({ node, expanded: true });
        for (let i = node.inputs.length - 1; i >= 0; i--) stack.push({ node: node.inputs[i]!.node, expanded: false });
      }
    }
  }
  return order;
}

export const nodesOf = (graph: Graph): Node[] => topological(Object.values(graph.outputs));

/** Names and types of what the graph wants to be fed, in order of first use. */
export function inputsOf(graph: Graph): ReadonlyMap<string, Tensor> {
  const inputs = new Map<string, Tensor>();
  for (const node of nodesOf(graph)) {
    if (!isInput(node)) continue;
    const name = node.attributes['name'] as string;
    const [tensor] = node.outputs;
    if (inputs.has(name) && inputs.get(name) !== tensor) {
      throw new ToolkitError('duplicate-input', `Two different inputs of the graph are named "${name}".`);
    }
    inputs.set(name, tensor!);
  }
  return inputs;
}

/** Types of the outputs by name. */
export const outputTypes = (graph: Graph): Readonly<Record<string, TensorType>> =>
  Object.fromEntries(Object.entries(graph.outputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
