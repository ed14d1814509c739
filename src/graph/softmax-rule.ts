import { broadcastStrides, canonicalAxes, walk } from './broadcast.js';
import { defineOp, type Op } from './define-op.js';
import { requireFloat } from './elementwise.js';
import type { Ops } from './ops/index.js';
import type { Tensor } from './tensor.js';

export interface AxisAttributes {
  readonly axis: number;
}

interface NormalisedRule {
  readonly name: string;
  readonly onnx: string;
  readonly f: (x: number, max: number, total: number) => number;
  readonly dx: (at: { y: Tensor; dy: Tensor; axes: readonly number[]; ops: Ops }) => Tensor;
}

/** An op that divides by Σ eˣ along one axis, in probabilities or in logarithms. */
export function normalised({ name, onnx, f, dx }: NormalisedRule): Op<Partial<AxisAttributes>> {
  return defineOp<AxisAttributes>({
    name,
    attributes: ({ axis = -1 }, [x]) => ({ axis: canonicalAxes(name, [axis], x!.shape.length)[0]! }),
    infer: ([x]) => requireFloat(name, x!),
    evaluate: ([x], { axis }) => {
      const data = x!.data as Float32Array;
      const reduced = x!.shape.map((n, i) => (i === axis ? 1 : n));
      const strides = [broadcastStrides(reduced, x!.shape)];
      const size = data.length / x!.shape[axis]!;
      const [max, total] = [new Float64Array(size).fill(-Infinity), new Float64Array(size)];
      const out = new Float32Array(data.length);
      walk(x!.shape, strides, (i, [at]) => {
        max[at!] = Math.max(max[at!]!, data[i]!);
      });
      walk(x!.shape, strides, (i, [at]) => {
        total[at!]! += Math.exp(data[i]! - max[at!]!);
      });
      walk(x!.shape, strides, (i, [at]) => {
        out[i] = f(data[i]!, max[at!]!, total[at!]!);
      });
      return out;
    },
    vjp: ({ attributes: { axis }, y, dy, ops }) => [dx({ y, dy, axes: [axis], ops })],
    onnx: ({ node, in: [x], out, attributes: { axis } }) => node(onnx, [x!], { outputs: out, attributes: { axis } }),
    samples: [{ inputs: [[2, 5]] }, { inputs: [[2, 3, 2]], attributes: { axis: 1 } }],
  });
}
