import { ToolkitError } from '../../core/errors.js';
import { sizeOf } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showShape } from '../tensor.js';
import type { ScaleAttributes } from './upsample-nearest.js';

/** Means over factor × factor tiles: [N, C, H, W] → [N, C, H/f, W/f]. */
export const averagePool: Op<Partial<ScaleAttributes>> = defineOp<ScaleAttributes>({
  name: 'averagePool',
  attributes: ({ factor = 2 }) => ({ factor }),
  infer: ([x], { factor }) => {
    requireFloat('averagePool', x!);
    const [N, C, H, W] = x!.shape as [number, number, number, number];
    if (H % factor !== 0 || W % factor !== 0) {
      throw new ToolkitError(
        'shape-mismatch',
        `averagePool by ${factor} needs height and width divisible by ${factor}, got ${showShape(x!.shape)}.`,
      );
    }
    return { shape: [N, C, H / factor, W / factor], dtype: 'float32' };
  },
  evaluate: ([x], { factor }, [y]) => {
    const [H, W] = x!.shape.slice(2) as [number, number];
    const sums = new Float64Array(sizeOf(y!.shape));
    for (let i = 0; i < x!.data.length; i++) {
      const [plane, row, column] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
      const at = (plane * (H / factor) + Math.floor(row / factor)) * (W / factor) + Math.floor(column / factor);
      sums[at]! += x!.data[i] as number;
    }
    return Float32Array.from(sums, (sum) => sum / factor ** 2);
  },
  vjp: ({ attributes: { factor }, dy, ops }) => [ops.mul(ops.upsampleNearest(dy, { factor }), factor ** -2)],
  onnx: ({ node, in: [x], out, attributes: { factor } }) =>
    node('AveragePool', [x!], {
      outputs: out,
      attributes: { kernel_shape: [factor, factor], strides: [factor, factor] },
    }),
  samples: [{ inputs: [[2, 3, 4, 6]] }, { inputs: [[1, 2, 3, 3]], attributes: { factor: 3 } }],
});
