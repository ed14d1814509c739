import { ToolkitError } from '../../core/errors.js';
import { type Graph, nodesOf } from '../graph.js';
import { sameShape, showType, type TensorType } from '../tensor.js';

/** Checks that every node still has the types its op infers and belongs to itself; names the pass that broke it. */
export function verify(graph: Graph, after: string): void {
  for (const node of nodesOf(graph)) {
    const inferred = node.op.infer(node.inputs, node.attributes);
    const types = (Array.isArray(inferred) ? inferred : [inferred]) as readonly TensorType[];
    for (const [i, out] of node.outputs.entries()) {
      const type = types[i];
      const holds =
        type && out.node === node && out.index === i && type.dtype === out.dtype && sameShape(type.shape, out.shape);
      if (holds) continue;
      const expected = type ? showType(type) : 'nothing';
      throw new ToolkitError(
        'internal',
        `internal: after ${after}, output ${i} of ${node.op.name} is ${showType(out)}, expected ${expected}.`,
      );
    }
  }
}
