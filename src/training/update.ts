import { type Shape, sizeOf } from '../core/host-array.js';
import {
  add,
  concat,
  div,
  type Graph,
  grad,
  input,
  inputsOf,
  mean,
  minimum,
  mul,
  type Node,
  nodesOf,
  optimize,
  reshape,
  sqrt,
  sub,
  sum,
  sumSquares,
  type Tensor,
} from '../graph/index.js';
import { type Chunk, layoutOf, type Run } from './layout.js';
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
  /**
   * Backward passes whose gradients are averaged into one update. With batches of one size that is the gradient of all
   * their samples together, up to the rounding of sums.
   */
  readonly accumulate: number;
}

/** The graphs of one optimiser step: `gradients` runs `accumulate` times, then each move once for every piece of its run. */
export interface UpdateGraphs {
  readonly chunks: readonly Chunk[];
  readonly gradients: Graph;
  readonly moves: readonly Move[];
}

/** How the pieces of a run are moved. */
export interface Move {
  readonly run: Run;
  /** The optimiser's slots that these have. */
  readonly slots: readonly string[];
  readonly graph: Graph;
  /** Whether the graph may write its results over what it reads. */
  readonly inPlace: boolean;
}

/**
 * Loss, gradients, clipping, optimiser and moving average as two kinds of graph, so that a step can be judged between them
 * and the second can write over what it reads: every output of a move is made of the same piece of its inputs.
 *
 * `gradients` is fed the objective's own inputs, `param/NAME` and, when accumulating, the sums so far as `g/ID`; it gives
 * `loss` [], `losses` [B], `next/g/ID` per chunk and, with clipping, `norm` []. A move is fed one piece of `g`, `p`, `SLOT`
 * and `ema` (all chunks in a row, of which `param/…` and `g/ID` are views) and the scalars of the optimiser, `clip`, `norm`
 * and `emaDecay`; it gives `next/p`, `next/SLOT`, `next/ema`.
 */
export function updateGraphs(options: UpdateOptions): UpdateGraphs {
  const { objective, accumulate, clip, optimizer } = options;
  const parameters = new Map([...objective.parameters].map(([name, shape]) => [name, input(`param/${name}`, shape)]));
  const losses = objective.losses((name) => parameters.get(name)!);
  const loss = mean(losses);
  const gradients = gradientsOf(loss, parameters);
  const shapes = new Map([...gradients.keys()].map((name) => [name, objective.parameters.get(name)!]));
  const { chunks, runs } = layoutOf(shapes, optimizer.matrices && { isMatrix: optimizer.matrices.takes });
  const flat = chunks.map(({ parts }) => joined(parts.map(({ name }) => gradients.get(name)!)));
  const sums =
    accumulate === 1
      ? flat
      : chunks.map(({ id, size }, i) => add(input(`g/${id}`, [size]), mul(flat[i]!, 1 / accumulate)));
  // ‖g‖ over everything. The engine walks back from here and takes what stands last in the list first.
  const norm = clip ? { norm: sqrt(sum(joined(sums.map((g) => sumSquares(g, { keepDims: true }))))) } : {};
  const outputs = {
    loss,
    losses,
    ...norm,
    ...Object.fromEntries(chunks.map(({ id }, i) => [`next/g/${id}`, sums[i]!])),
  };
  return { chunks, gradients: optimize({ outputs }), moves: runs.map((run) => moveOf(run, options)) };
}

function moveOf(run: Run, options: UpdateOptions): Move {
  const { optimizer } = options;
  const rule = (run.matrices && optimizer.matrices) || optimizer;
  const graph = optimize({ outputs: moved({ shape: run.shape, rule }, options) });
  return { run, slots: rule.slots, graph, inPlace: readsOnce(graph) };
}

/**
 * Whether every input that has a successor `next/…` is read in one place only: then everything computed later takes that
 * reader's result, and the input may be overwritten as soon as its successor is known.
 */
function readsOnce(graph: Graph): boolean {
  const reads = new Map<Tensor, number>();
  for (const node of nodesOf(graph)) for (const x of node.inputs) reads.set(x, (reads.get(x) ?? 0) + 1);
  return [...inputsOf(graph)].every(([name, x]) => !(`next/${name}` in graph.outputs) || (reads.get(x) ?? 0) <= 1);
}

/**
 * Flat gradients of the parameters, the deepest first: those that backpropagation reaches last. Neighbours in this order
 * become known at about the same time, so that an engine which works through the list from its end uses each cotangent
 * while it is at hand and then forgets it, instead of keeping all of them for weight gradients at the very end.
 */
function gradientsOf(loss: Tensor, parameters: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const grads = grad(loss, [...parameters.values()], undefined, { recompute: true });
  const depth = new Map<Node, number>();
  for (const node of nodesOf({ outputs: Object.fromEntries(grads.map((g, i) => [String(i), g])) })) {
    depth.set(node, 1 + Math.max(0, ...node.inputs.map((x) => depth.get(x.node)!)));
  }
  const found = [...parameters.keys()].map((name, i) => ({ name, g: grads[i]!, depth: depth.get(grads[i]!.node)! }));
  found.sort((a, b) => b.depth - a.depth);
  return new Map(found.map(({ name, g }) => [name, reshape(g, { shape: [sizeOf(g.shape)] })]));
}

const joined = (pieces: readonly Tensor[]): Tensor =>
  pieces.length === 1 ? pieces[0]! : concat(...pieces, { axis: 0 });

interface Piece {
  readonly shape: Shape;
  readonly rule: Pick<Optimizer, 'slots' | 'update'>;
}

/** Clipping, the optimiser and the moving average, for one piece. */
function moved({ shape, rule }: Piece, { optimizer, clip, ema }: UpdateOptions): Record<string, Tensor> {
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars({ step: 1, lr: 1 })).map((name) => [name, input(name, [])]),
  );
  const piece = (kind: string): Tensor => input(kind, shape);
  // g ← g·min(1, clip/‖g‖). Pascanu et al. 2013 (arXiv:1211.5063), Algorithm 1.
  const g = clip ? mul(piece('g'), minimum(1, div(input('clip', []), add(input('norm', []), 1e-6)))) : piece('g');
  const slots = Object.fromEntries(rule.slots.map((slot) => [slot, piece(slot)]));
  const next = rule.update({ p: piece('p'), g, slots, scalars });
  // ē ← p′ + d·(ē − p′)
  const average = ema ? { ema: add(next.p, mul(sub(piece('ema'), next.p), input('emaDecay', []))) } : {};
  return Object.fromEntries(
    Object.entries({ p: next.p, ...next.slots, ...average }).map(([kind, tensor]) => [`next/${kind}`, tensor]),
  );
}
