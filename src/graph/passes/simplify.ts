import { sizeOf } from '../../core/host-array.js';
import { isConstant, makeNode } from '../define-op.js';
import type { Graph } from '../graph.js';
import { reshape } from '../ops/reshape.js';
import { type Node, sameShape, type Tensor } from '../tensor.js';
import { rewrite } from './rewrite.js';

/**
 * Removes what does nothing: x + 0, x·1, x / 1, −(−x), reshapes and expands to the same shape, reshape of reshape, sums
 * over axes of length 1.
 */
export function simplify(graph: Graph): Graph {
  return rewrite(graph, (node, inputs) => {
    const [y] = node.outputs;
    const keep = shortcut(node, inputs);
    return keep && sameShape(keep.shape, y!.shape) ? [keep] : undefined;
  });
}

function shortcut(node: Node, inputs: readonly Tensor[]): Tensor | undefined {
  const [a, b] = inputs;
  switch (node.op.name) {
    case 'add':
      return scalar(b) === 0 ? a : scalar(a) === 0 ? b : undefined;
    case 'sub':
      return scalar(b) === 0 ? a : undefined;
    case 'mul':
      return scalar(b) === 1 ? a : scalar(a) === 1 ? b : undefined;
    case 'div':
      return scalar(b) === 1 ? a : undefined;
    case 'neg':
      return a!.node.op.name === 'neg' ? a!.node.inputs[0] : undefined;
    case 'expand':
      return a;
    case 'sum':
      return sizeOf(a!.shape) === sizeOf(node.outputs[0]!.shape)
        ? reshape(a!, { shape: node.outputs[0]!.shape })
        : undefined;
    case 'reshape': {
      if (sameShape(a!.shape, node.outputs[0]!.shape)) return a;
      if (a!.node.op.name !== 'reshape') return undefined;
      const origin = a!.node.inputs[0]!;
      if (sameShape(origin.shape, node.outputs[0]!.shape)) return origin;
      return makeNode(node.op, [origin], node.attributes).outputs[0];
    }
    default:
      return undefined;
  }
}

/** The number a constant scalar holds. */
function scalar(x: Tensor | undefined): number | undefined {
  if (!x || !isConstant(x.node) || x.shape.length > 0) return undefined;
  const value = x.node.attributes['value'] as { readonly data: ArrayLike<number> };
  return value.data[0];
}
