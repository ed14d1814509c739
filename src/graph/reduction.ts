import { type Shape, sizeOf } from '../core/host-array.js';
import { broadcastStrides, canonicalAxes, walk } from './broadcast.js';
import { defineOp, type Op, type VjpContext } from './define-op.js';
import { requireFloat } from './elementwise.js';
import type { Tensor } from './tensor.js';

export interface ReduceAttributes {
  /** Axes to reduce; negative ones count from the end; all unless told. */
  readonly axes: readonly number[];
  /** Keep reduced axes with length 1. */
  readonly keepDims: boolean;
}

interface ReductionRule {
  readonly name: string;
  readonly onnx: 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceSumSquare';
  readonly start: number;
  readonly fold: (sofar: number, x: number) => number;
  readonly finish: (total: number, count: number) => number;
  /** Cotangent of x; `y` and `dy` arrive with the reduced axes kept as 1. */
  readonly dx: (at: Pick<VjpContext<ReduceAttributes>, 'ops' | 'y' | 'dy'> & { x: Tensor; count: number }) => Tensor;
}

/** An op that reduces a float32 tensor over some of its axes. */
export function reduction({ name, onnx, start, fold, finish, dx }: ReductionRule): Op<Partial<ReduceAttributes>> {
  const kept = (shape: Shape, axes: readonly number[]): Shape => shape.map((n, i) => (axes.includes(i) ? 1 : n));
  return defineOp<ReduceAttributes>({
    name,
    attributes: ({ axes, keepDims = false }, [x]) => ({ axes: canonicalAxes(name, axes, x!.shape.length), keepDims }),
    infer: ([x], { axes, keepDims }) => {
      requireFloat(name, x!);
      const shape = keepDims ? kept(x!.shape, axes) : x!.shape.filter((_, i) => !axes.includes(i));
      return { shape, dtype: 'float32' };
    },
    evaluate: ([x], { axes }) => {
      const shape = kept(x!.shape, axes);
      const totals = new Float64Array(sizeOf(shape)).fill(start);
      const data = x!.data as Float32Array;
      walk(x!.shape, [broadcastStrides(shape, x!.shape)], (i, [at]) => {
        totals[at!] = fold(totals[at!]!, data[i]!);
      });
      return Float32Array.from(totals, (total) => finish(total, data.length / totals.length));
    },
    vjp: ({ inputs: [x], attributes: { axes }, y, dy, ops }) => {
      const shape = kept(x!.shape, axes);
      const count = sizeOf(x!.shape) / sizeOf(shape);
      return [dx({ x: x!, y: ops.reshape(y, { shape }), dy: ops.reshape(dy, { shape }), count, ops })];
    },
    onnx: ({ node, in: [x], out, ints, attributes: { axes, keepDims } }) => {
      // An empty list of axes would mean all of them to the engine.
      if (axes.length === 0 && onnx === 'ReduceSumSquare') node('Mul', [x!, x!], { outputs: out });
      else if (axes.length === 0) node('Identity', [x!], { outputs: out });
      else if (onnx === 'ReduceSum') {
        node(onnx, [x!, ints(axes)], { outputs: out, attributes: { keepdims: Number(keepDims) } });
      } else node(onnx, [x!], { outputs: out, attributes: { axes, keepdims: Number(keepDims) } });
    },
    samples: [
      { inputs: [[2, 3, 4]], attributes: { axes: [1] } },
      { inputs: [[2, 3, 4]], attributes: { axes: [0, -1], keepDims: true } },
      { inputs: [[2, 3]] },
    ],
  });
}
