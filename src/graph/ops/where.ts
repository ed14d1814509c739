import { ToolkitError } from '../../core/errors.js';
import { bools, sizeOf } from '../../core/host-array.js';
import { broadcastShapes, broadcastStrides, walk } from '../broadcast.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showType } from '../tensor.js';
import { unbroadcast } from '../unbroadcast.js';

/** a where the bool condition holds, b elsewhere; all three broadcast. */
export const where: Op = defineOp({
  name: 'where',
  infer: ([condition, a, b]) => {
    if (condition!.dtype !== 'bool') {
      throw new ToolkitError('bad-dtype', `where needs a bool condition, got ${showType(condition!)}. Compare first.`);
    }
    requireFloat('where', a!);
    requireFloat('where', b!);
    const shape = broadcastShapes('where', condition!.shape, broadcastShapes('where', a!.shape, b!.shape));
    return { shape, dtype: 'float32' };
  },
  evaluate: ([condition, a, b], _, [y]) => {
    const out = new Float32Array(sizeOf(y!.shape));
    const strides = [condition!, a!, b!].map(({ shape }) => broadcastStrides(shape, y!.shape));
    walk(y!.shape, strides, (i, at) => {
      out[i] = condition!.data[at[0]!] ? (a!.data[at[1]!] as number) : (b!.data[at[2]!] as number);
    });
    return out;
  },
  vjp: ({ inputs: [condition, a, b], dy, ops }) => [
    null,
    unbroadcast(ops, ops.where(condition!, dy, 0), a!.shape),
    unbroadcast(ops, ops.where(condition!, 0, dy), b!.shape),
  ],
  onnx: 'Where',
  samples: [
    { inputs: [bools([2, 3], [1, 0, 1, 0, 0, 1]), [2, 3], [2, 3]] },
    { inputs: [bools([2, 1], [1, 0]), [3], []] },
  ],
});
