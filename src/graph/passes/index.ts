import type { Graph } from '../graph.js';
import { commonSubexpressions } from './common-subexpressions.js';
import { constantFolding } from './constant-folding.js';
import { simplify } from './simplify.js';
import { verify } from './verify.js';

/** Graph → graph, run in this order. Dead code needs no pass: a graph is what its outputs reach. */
export const passes: readonly (readonly [name: string, pass: (graph: Graph) => Graph])[] = [
  ['simplify', simplify],
  ['constantFolding', constantFolding],
  ['commonSubexpressions', commonSubexpressions],
];

export interface OptimizeOptions {
  /** Verify types after every pass, so that a broken graph is reported by the pass that broke it. */
  readonly check?: boolean;
}

/** The same computation with less to do. */
export function optimize(graph: Graph, { check = false }: OptimizeOptions = {}): Graph {
  let now = graph;
  for (const [name, pass] of passes) {
    now = pass(now);
    if (check) verify(now, name);
  }
  return now;
}

export { commonSubexpressions, constantFolding, simplify, verify };
