import { ToolkitError } from '../core/errors.js';
import { floats } from '../core/host-array.js';
import { constant } from './define-op.js';
import { topological } from './graph.js';
import { add, expand, ops } from './ops/index.js';
import { type Node, sameShape, showType, type Tensor } from './tensor.js';

/**
 * Reverse mode over the graph: d(Σ y)/dx for every x in `wrt`, itself made of ops, so that it differentiates again.
 * `seed` replaces the cotangent of ones. Only nodes on a path from `wrt` to `y` are visited.
 */
export function grad(y: Tensor, wrt: readonly Tensor[], seed?: Tensor): readonly Tensor[] {
  if (y.dtype !== 'float32') throw new ToolkitError('bad-dtype', `grad needs a float32 result, got ${showType(y)}.`);
  if (seed && (seed.dtype !== y.dtype || !sameShape(seed.shape, y.shape))) {
    throw new ToolkitError(
      'shape-mismatch',
      `grad: the seed of a result ${showType(y)} must have its type, got ${showType(seed)}.`,
    );
  }
  const order = topological([y]);
  const active = leadsTo(order, wrt);
  const cotangents = new Map<Tensor, Tensor>([[y, seed ?? ones(y)]]);
  for (const node of order.reverse()) {
    if (!active.has(node) || node.inputs.length === 0) continue;
    const arrived = node.outputs.map((out) => cotangents.get(out) ?? null);
    if (arrived.every((dy) => dy === null)) continue;
    const { vjp, name } = node.op;
    if (typeof vjp === 'string') throw new ToolkitError('no-gradient', `${name} has no derivative: ${vjp}`);
    const [first] = node.outputs;
    const dy = arrived[0] ?? constant(floats(first!.shape));
    const at = {
      inputs: node.inputs,
      attributes: node.attributes,
      outputs: node.outputs,
      y: first!,
      dy,
      cotangents: arrived,
    };
    for (const [i, dx] of vjp({ ...at, ops: ops.entries }).entries()) {
      const x = node.inputs[i]!;
      if (!dx || !(active.has(x.node) || wrt.includes(x))) continue;
      const sofar = cotangents.get(x);
      cotangents.set(x, sofar ? add(sofar, dx) : dx);
    }
  }
  return wrt.map((x) => cotangents.get(x) ?? constant(floats(x.shape)));
}

const ones = (y: Tensor): Tensor => (y.shape.length === 0 ? constant(1) : expand(1, { shape: y.shape }));

/** The nodes through which some tensor of `wrt` influences the result. */
function leadsTo(order: readonly Node[], wrt: readonly Tensor[]): ReadonlySet<Node> {
  const targets = new Set(wrt);
  const active = new Set<Node>();
  for (const node of order) {
    const own = node.outputs.some((out) => targets.has(out));
    if (own || node.inputs.some((x) => active.has(x.node))) active.add(node);
  }
  return active;
}
