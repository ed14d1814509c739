import { ToolkitError } from '../../core/errors.js';
import { sizeOf } from '../../core/host-array.js';
import { stridesOf, walk } from '../broadcast.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showShape } from '../tensor.js';

export interface TransposeAttributes {
  /** Axis i of the result is axis `axes[i]` of x; the last two swap unless told. */
  readonly axes: readonly number[];
}

/** Reorders axes. */
export const transpose: Op<Partial<TransposeAttributes>> = defineOp<TransposeAttributes>({
  name: 'transpose',
  attributes: ({ axes }, [x]) => {
    const r = x!.shape.length;
    return { axes: axes ?? [...Array.from({ length: r - 2 }, (_, i) => i), r - 1, r - 2] };
  },
  infer: ([x], { axes }) => {
    requireFloat('transpose', x!);
    if ([...axes].sort((a, b) => a - b).join() !== x!.shape.map((_, i) => i).join()) {
      throw new ToolkitError(
        'bad-axis',
        `transpose: ${showShape(axes)} is not an order of the axes of ${showShape(x!.shape)}.`,
      );
    }
    return { shape: axes.map((axis) => x!.shape[axis]!), dtype: 'float32' };
  },
  evaluate: ([x], { axes }, [y]) => {
    const strides = stridesOf(x!.shape);
    const out = new Float32Array(sizeOf(y!.shape));
    walk(y!.shape, [axes.map((axis) => strides[axis]!)], (i, [at]) => {
      out[i] = x!.data[at!] as number;
    });
    return out;
  },
  vjp: ({ attributes: { axes }, dy, ops }) => [ops.transpose(dy, { axes: axes.map((_, i) => axes.indexOf(i)) })],
  onnx: ({ node, in: [x], out, attributes: { axes } }) =>
    node('Transpose', [x!], { outputs: out, attributes: { perm: axes } }),
  samples: [{ inputs: [[2, 3]] }, { inputs: [[2, 3, 4]], attributes: { axes: [2, 0, 1] } }],
});
