import { sizeOf } from '../../core/host-array.js';
import { type Graph, type Node, nodesOf, type Tensor, topological } from '../../graph/index.js';

/** Multiply-adds of the ops that are more than one pass over their result. */
const products: Readonly<Record<string, (node: Node) => number>> = {
  conv2d: ({ inputs: [, w], outputs: [y] }) => sizeOf(y!.shape) * sizeOf(w!.shape.slice(1)),
  convTranspose2d: ({ inputs: [x, w] }) => sizeOf(x!.shape) * sizeOf(w!.shape.slice(1)),
  // dW[O, C/g, kh, kw] meets every place of dy [N, O, H, W] once.
  convWeightGrad: ({ inputs: [, dy], outputs: [dw] }) => sizeOf(dy!.shape) * sizeOf(dw!.shape.slice(1)),
  matmul: ({ inputs: [a], attributes, outputs: [y] }) =>
    sizeOf(y!.shape) * a!.shape.at(attributes['transposeA'] === true ? -2 : -1)!,
};

/** Floating-point operations of a node: two for a multiply-add of a convolution or a matrix product, none for the rest. */
export const flopsOf = (node: Node): number => 2 * (products[node.op.name]?.(node) ?? 0);

/** Floating-point operations of one run. */
export const graphFlops = (graph: Graph): number => nodesOf(graph).reduce((sum, node) => sum + flopsOf(node), 0);

export interface PartCost {
  readonly name: string;
  /** Of the tensor at the end of the part. */
  readonly shape: readonly number[];
  readonly flops: number;
}

/** The cost of each named part of a network: what its tensor needs beyond the parts before it. */
export function partCosts(parts: ReadonlyMap<string, Tensor>): readonly PartCost[] {
  const counted = new Set<Node>();
  return [...parts].map(([name, tensor]) => {
    let flops = 0;
    for (const node of topological([tensor])) {
      if (counted.has(node)) continue;
      counted.add(node);
      flops += flopsOf(node);
    }
    return { name, shape: tensor.shape, flops };
  });
}

/**
 * The most bytes that intermediate results take at one time when nodes run in order and each result lives until its
 * last use. What an engine really takes depends on how it reuses memory; this is what it cannot go below in this order.
 */
export function peakBytes(graph: Graph): number {
  const nodes = nodesOf(graph).filter(({ inputs }) => inputs.length > 0);
  const lastUse = new Map<Tensor, number>();
  for (const [i, { inputs }] of nodes.entries()) for (const x of inputs) lastUse.set(x, i);
  for (const tensor of Object.values(graph.outputs)) lastUse.set(tensor, nodes.length);
  let [live, peak] = [0, 0];
  for (const [i, node] of nodes.entries()) {
    live += node.outputs.reduce((sum, out) => sum + bytesOf(out), 0);
    peak = Math.max(peak, live);
    for (const x of new Set([...node.inputs, ...node.outputs])) {
      if (x.node.inputs.length > 0 && (lastUse.get(x) ?? i) === i) live -= bytesOf(x);
    }
  }
  return peak;
}

const bytesPer = { float32: 4, int64: 8, bool: 1 } as const;
const bytesOf = ({ shape, dtype }: Tensor): number => sizeOf(shape) * bytesPer[dtype];
