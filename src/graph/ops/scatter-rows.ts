import { floats, int64s, sizeOf } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';

export interface ScatterRowsAttributes {
  /** Rows of the result. */
  readonly rows: number;
}

/** Adds values [*, …] into a zero table [rows, …] at int64 indices [*]; repeated indices add up. Adjoint of gather. */
export const scatterRows: Op<Partial<ScatterRowsAttributes>> = defineOp<ScatterRowsAttributes>({
  name: 'scatterRows',
  attributes: ({ rows = 1 }) => ({ rows }),
  infer: ([values, index], { rows }) => {
    requireFloat('scatterRows', values!);
    return { shape: [rows, ...values!.shape.slice(index!.shape.length)], dtype: 'float32' };
  },
  evaluate: ([values, index], _, [y]) => {
    const out = new Float32Array(sizeOf(y!.shape));
    const size = sizeOf(y!.shape.slice(1));
    for (const [i, row] of Array.from(index!.data as BigInt64Array, Number).entries()) {
      for (let k = 0; k < size; k++) out[row * size + k]! += values!.data[i * size + k] as number;
    }
    return out;
  },
  vjp: ({ inputs: [, index], dy, ops }) => [ops.gather(dy, index!), null],
  onnx: ({ node, in: [values, index], inputs, outputs, out, ints, constant }) => {
    const zeros = constant(floats(outputs[0]!.shape));
    const at = node('Unsqueeze', [index!, ints([inputs[1]!.shape.length])]);
    node('ScatterND', [zeros, at, values!], { outputs: out, attributes: { reduction: 'add' } });
  },
  samples: [{ inputs: [[4, 3], int64s([4], [0, 4, 2, 4])], attributes: { rows: 5 } }],
});
