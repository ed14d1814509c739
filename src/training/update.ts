import { type Shape, sizeOf } from '../core/host-array.js';
import {
  add,
  concat,
  div,
  type Graph,
  grad,
  input,
  mean,
  minimum,
  mul,
  optimize,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../graph/index.js';
import { type Chunk, layoutOf } from './layout.js';
import type { Optimizer } from './optimizer.js';

/** What is trained: parameters, and a loss per sample made of them and of inputs the objective declares itself. */
export interface Objective {
  readonly parameters: ReadonlyMap<string, Shape>;
  /** Losses [B] given the tensor of each parameter. */
  losses(parameter: (name: string) => Tensor): Tensor;
}

export interface UpdateOptions {
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  /** Whether the graph measures the global gradient norm and scales gradients down to the fed limit `clip`. */
  readonly clip: boolean;
  /** Whether an exponential moving average of the parameters is kept. */
  readonly ema: boolean;
  /** Backward passes whose gradients are averaged into one update. */
  readonly accumulate: number;
}

/** The graphs of one optimiser step. With accumulation, `gradients` runs `accumulate` times before `apply`. */
export interface UpdateGraphs {
  readonly chunks: readonly Chunk[];
  /** Forward, backward and update in one; null when gradients are accumulated. */
  readonly fused: Graph | null;
  readonly gradients: Graph | null;
  readonly apply: Graph | null;
}

/**
 * Loss, gradients, clipping, optimiser and moving average as graph. Inputs: the objective's own, `param/NAME`,
 * `p/ID`, `SLOT/ID` and `ema/ID` per chunk (`param/…` are views of `p/…`), scalars `clip`, `emaDecay` and the
 * optimiser's. Outputs: `loss` [], `losses` [B], `norm` [] and the next `p/ID`, `SLOT/ID`, `ema/ID` as `next/…`.
 */
export function updateGraphs(options: UpdateOptions): UpdateGraphs {
  const { objective, accumulate } = options;
  const chunks = layoutOf(objective.parameters);
  const parameters = new Map([...objective.parameters].map(([name, shape]) => [name, input(`param/${name}`, shape)]));
  const losses = objective.losses((name) => parameters.get(name)!);
  const loss = mean(losses);
  const flat = gradientChunks(loss, parameters, chunks);
  if (accumulate === 1) {
    const fused = optimize({ outputs: { loss, losses, ...applied(flat, chunks, options) } });
    return { chunks, fused, gradients: null, apply: null };
  }
  const sums = chunks.map(({ id, size }, i) => add(input(`sum/${id}`, [size]), mul(flat[i]!, 1 / accumulate)));
  const gradients = optimize({ outputs: { loss, losses, ...named('next/sum', chunks, sums) } });
  const arrived = chunks.map(({ id, size }) => input(`sum/${id}`, [size]));
  return { chunks, fused: null, gradients, apply: optimize({ outputs: applied(arrived, chunks, options) }) };
}

/** Gradients of the parameters, end to end within each chunk. */
function gradientChunks(loss: Tensor, parameters: ReadonlyMap<string, Tensor>, chunks: readonly Chunk[]): Tensor[] {
  const names = [...parameters.keys()];
  const grads = grad(loss, [...parameters.values()]);
  const of = new Map(names.map((name, i) => [name, reshape(grads[i]!, { shape: [sizeOf(grads[i]!.shape)] })]));
  return chunks.map(({ parts }) => {
    const pieces = parts.map(({ name }) => of.get(name)!);
    return pieces.length === 1 ? pieces[0]! : concat(...pieces, { axis: 0 });
  });
}

/** Clipping, the optimiser and the moving average, chunk by chunk. */
function applied(
  gradients: readonly Tensor[],
  chunks: readonly Chunk[],
  options: UpdateOptions,
): Record<string, Tensor> {
  const { optimizer, clip, ema } = options;
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars({ step: 1, lr: 1 })).map((name) => [name, input(name, [])]),
  );
  const outputs: Record<string, Tensor> = {};
  // ‖g‖ over everything; g ← g·min(1, clip/‖g‖). Pascanu et al. 2013 (arXiv:1211.5063), Algorithm 1.
  let factor: Tensor | null = null;
  if (clip) {
    const norm = sqrt(gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b)));
    factor = minimum(1, div(input('clip', []), add(norm, 1e-6)));
    outputs['norm'] = norm;
  }
  const emaDecay = input('emaDecay', []);
  for (const [i, { id, size }] of chunks.entries()) {
    const p = input(`p/${id}`, [size]);
    const slots = Object.fromEntries(optimizer.slots.map((slot) => [slot, input(`${slot}/${id}`, [size])]));
    const g = factor ? mul(gradients[i]!, factor) : gradients[i]!;
    const next = optimizer.update({ p, g, slots, scalars });
    outputs[`next/p/${id}`] = next.p;
    for (const slot of optimizer.slots) outputs[`next/${slot}/${id}`] = next.slots[slot]!;
    if (ema) {
      const average = input(`ema/${id}`, [size]);
      // ē ← p′ + d·(ē − p′)
      outputs[`next/ema/${id}`] = add(next.p, mul(sub(average, next.p), emaDecay));
    }
  }
  return outputs;
}

const named = (prefix: string, chunks: readonly Chunk[], tensors: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(chunks.map(({ id }, i) => [`${prefix}/${id}`, tensors[i]!]));
