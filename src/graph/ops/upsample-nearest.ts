import { floats, sizeOf } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';

export interface ScaleAttributes {
  /** Whole-number factor on height and width. */
  readonly factor: number;
}

/** Repeats every pixel factor × factor times: [N, C, H, W] → [N, C, f·H, f·W]. */
export const upsampleNearest: Op<Partial<ScaleAttributes>> = defineOp<ScaleAttributes>({
  name: 'upsampleNearest',
  attributes: ({ factor = 2 }) => ({ factor }),
  infer: ([x], { factor }) => {
    requireFloat('upsampleNearest', x!);
    const [N, C, H, W] = x!.shape as [number, number, number, number];
    return { shape: [N, C, H * factor, W * factor], dtype: 'float32' };
  },
  evaluate: ([x], { factor }, [y]) => {
    const [H, W] = y!.shape.slice(2) as [number, number];
    const out = new Float32Array(sizeOf(y!.shape));
    for (let i = 0; i < out.length; i++) {
      const [plane, row, column] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
      const at = (plane * (H / factor) + Math.floor(row / factor)) * (W / factor) + Math.floor(column / factor);
      out[i] = x!.data[at] as number;
    }
    return out;
  },
  vjp: ({ attributes: { factor }, dy, ops }) => [ops.mul(ops.averagePool(dy, { factor }), factor ** 2)],
  onnx: ({ node, in: [x], inputs, outputs, out, ints, constant, target, attributes: { factor } }) => {
    if (target === 'cpu') {
      const scales = constant(floats([4], [1, 1, factor, factor]));
      const how = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
      node('Resize', [x!, '', scales], { outputs: out, attributes: how });
      return;
    }
    const [N, C, H, W] = inputs[0]!.shape as [number, number, number, number];
    const apart = node('Reshape', [x!, ints([N * C * H, 1, W, 1])]);
    const repeated = node('Expand', [apart, ints([N * C * H, factor, W, factor])]);
    node('Reshape', [repeated, ints(outputs[0]!.shape)], { outputs: out });
  },
  samples: [{ inputs: [[2, 3, 3, 2]] }, { inputs: [[1, 1, 2, 2]], attributes: { factor: 3 } }],
});
