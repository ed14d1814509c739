import { sizeOf } from '../src/core/host-array.js';
import { type Graph, nodesOf } from '../src/graph/index.js';

/** Floating-point operations of a graph's convolutions and matrix products, a multiply-add counting as two. */
export function flops(graph: Graph): number {
  let total = 0;
  for (const { op, inputs, outputs, attributes } of nodesOf(graph)) {
    const [a, b] = inputs.map((x) => x.shape);
    const size = sizeOf(outputs[0]!.shape);
    if (op.name === 'conv2d') total += 2 * size * sizeOf(b!.slice(1));
    else if (op.name === 'convTranspose2d') total += 2 * sizeOf(a!) * sizeOf(b!.slice(1));
    else if (op.name === 'convWeightGrad') total += 2 * sizeOf(b!) * sizeOf(outputs[0]!.shape.slice(1));
    else if (op.name === 'matmul') total += 2 * size * (attributes['transposeA'] === true ? a!.at(-2)! : a!.at(-1)!);
  }
  return total;
}
