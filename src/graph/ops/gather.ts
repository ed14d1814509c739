import { ToolkitError } from '../../core/errors.js';
import { int64s, sizeOf } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showType } from '../tensor.js';

/** Rows of a table by int64 index: [V, …], [*] → [*, …]. An embedding look-up. */
export const gather: Op = defineOp({
  name: 'gather',
  infer: ([table, index]) => {
    requireFloat('gather', table!);
    if (index!.dtype !== 'int64' || table!.shape.length === 0) {
      throw new ToolkitError(
        'bad-dtype',
        `gather needs a table and int64 indices, got ${showType(table!)} and ${showType(index!)}.`,
      );
    }
    return { shape: [...index!.shape, ...table!.shape.slice(1)], dtype: 'float32' };
  },
  evaluate: ([table, index], _, [y]) => {
    const size = sizeOf(table!.shape.slice(1));
    const out = new Float32Array(sizeOf(y!.shape));
    for (const [i, row] of Array.from(index!.data as BigInt64Array, Number).entries()) {
      out.set((table!.data as Float32Array).subarray(row * size, (row + 1) * size), i * size);
    }
    return out;
  },
  vjp: ({ inputs: [table, index], dy, ops }) => [ops.scatterRows(dy, index!, { rows: table!.shape[0]! }), null],
  onnx: ({ node, in: [table, index], out }) =>
    node('Gather', [table!, index!], { outputs: out, attributes: { axis: 0 } }),
  samples: [{ inputs: [[5, 3], int64s([4], [0, 4, 2, 4])] }, { inputs: [[4], int64s([2, 2], [3, 0, 1, 1])] }],
});
