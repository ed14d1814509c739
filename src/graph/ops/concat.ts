import { ToolkitError } from '../../core/errors.js';
import { sizeOf } from '../../core/host-array.js';
import { canonicalAxes } from '../broadcast.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showShape } from '../tensor.js';

export interface ConcatAttributes {
  readonly axis: number;
}

/** Joins tensors along one axis. */
export const concat: Op<Partial<ConcatAttributes>> = defineOp<ConcatAttributes>({
  name: 'concat',
  attributes: ({ axis = 0 }, [x]) => ({ axis: canonicalAxes('concat', [axis], x!.shape.length)[0]! }),
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    for (const x of inputs) {
      requireFloat('concat', x);
      const fits =
        x.shape.length === first!.shape.length && x.shape.every((n, i) => i === axis || n === first!.shape[i]);
      if (fits) continue;
      throw new ToolkitError(
        'shape-mismatch',
        `concat along axis ${axis} needs equal other axes, got ${inputs.map(({ shape }) => showShape(shape)).join(', ')}.`,
      );
    }
    const length = inputs.reduce((total, { shape }) => total + shape[axis]!, 0);
    return { shape: first!.shape.map((n, i) => (i === axis ? length : n)), dtype: 'float32' };
  },
  evaluate: (inputs, { axis }, [y]) => {
    const out = new Float32Array(sizeOf(y!.shape));
    const outer = sizeOf(y!.shape.slice(0, axis));
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (const { data, shape } of inputs) {
        const size = sizeOf(shape.slice(axis));
        out.set((data as Float32Array).subarray(o * size, (o + 1) * size), at);
        at += size;
      }
    }
    return out;
  },
  vjp: ({ inputs, attributes: { axis }, dy, ops }) => {
    let from = 0;
    return inputs.map(({ shape }) => {
      const start = from;
      from += shape[axis]!;
      return ops.slice(dy, { axes: [axis], starts: [start], ends: [from] });
    });
  },
  onnx: ({ node, in: names, out, attributes: { axis } }) =>
    node('Concat', names, { outputs: out, attributes: { axis } }),
  samples: [
    {
      inputs: [
        [2, 3],
        [2, 1],
      ],
      attributes: { axis: 1 },
    },
    {
      inputs: [
        [1, 2],
        [3, 2],
        [1, 2],
      ],
      attributes: { axis: 0 },
    },
  ],
});
