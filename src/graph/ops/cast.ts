import type { DType } from '../../core/host-array.js';
import { bools, int64s } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';

export interface CastAttributes {
  readonly to: DType;
}

const onnxType: Readonly<Record<DType, number>> = { float32: 1, int64: 7, bool: 9 };

/** The same numbers as another element type; floats are truncated towards zero, non-zero is true. No gradient. */
export const cast: Op<Partial<CastAttributes>> = defineOp<CastAttributes>({
  name: 'cast',
  attributes: ({ to = 'float32' }) => ({ to }),
  infer: ([x], { to }) => ({ shape: x!.shape, dtype: to }),
  evaluate: ([x], { to }) => {
    const values = Array.from(x!.data as ArrayLike<number | bigint>, Number);
    if (to === 'float32') return Float32Array.from(values);
    if (to === 'int64') return BigInt64Array.from(values, (v) => BigInt(Math.trunc(v)));
    return Uint8Array.from(values, (v) => (v ? 1 : 0));
  },
  vjp: () => [null],
  onnx: ({ node, in: [x], out, attributes: { to } }) =>
    node('Cast', [x!], { outputs: out, attributes: { to: onnxType[to] } }),
  samples: [
    { inputs: [int64s([3], [1, 2, 3])] },
    { inputs: [bools([2], [1, 0])] },
    { inputs: [[4]], attributes: { to: 'int64' } },
  ],
});
