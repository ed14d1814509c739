import { ToolkitError } from '../core/errors.js';
import { floats } from '../core/host-array.js';
import { constant } from './define-op.js';
import { topological } from './graph.js';
import { add, expand, ops } from './ops/index.js';
import { type Node, sameShape, showType, type Tensor } from './tensor.js';

export interface GradOptions {
  /**
   * Derivatives read cheap intermediate values (activations, normalisations) computed once more instead of kept: less
   * memory between the forward and the backward pass for a little more work.
   */
  readonly recompute?: boolean;
}

/**
 * Reverse mode over the graph: d(Σ y)/dx for every x in `wrt`, itself made of ops, so that it differentiates again.
 * `seed` replaces the cotangent of ones. Only nodes on a path from `wrt` to `y` are visited.
 */
export function grad(
  y: Tensor,
  wrt: readonly Tensor[],
  seed?: Tensor,
  { recompute = false }: GradOptions = {},
): readonly Tensor[] {
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
  const seen = recompute ? recomputed() : (x: Tensor): Tensor => x;
  for (const node of order.reverse()) {
    if (!active.has(node) || node.inputs.length === 0) continue;
    const arrived = node.outputs.map((out) => cotangents.get(out) ?? null);
    if (arrived.every((dy) => dy === null)) continue;
    const { vjp, name } = node.op;
    if (typeof vjp === 'string') throw new ToolkitError('no-gradient', `${name} has no derivative: ${vjp}`);
    const [first] = node.outputs;
    const dy = arrived[0] ?? constant(floats(first!.shape));
    const outputs = node.outputs.map(seen);
    const at = {
      inputs: node.inputs.map(seen),
      attributes: node.attributes,
      outputs,
      y: outputs[0]!,
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

/** Each value as derivatives should read it: made again where its op offers that, and itself otherwise. */
function recomputed(): (x: Tensor) => Tensor {
  const known = new Map<Tensor, Tensor>();
  const seen = (x: Tensor): Tensor => {
    const { op, inputs, attributes, outputs } = x.node;
    const before = known.get(x);
    if (before || !op.again) return before ?? x;
    const made = op.again({ inputs: inputs.map(seen), attributes, outputs, ops: ops.entries });
    for (const [i, out] of outputs.entries()) known.set(out, made[i] ?? out);
    return known.get(x)!;
  };
  return seen;
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
