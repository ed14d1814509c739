import { ToolkitError } from '../../core/errors.js';
import { floats } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showShape } from '../tensor.js';

export interface NormalizeAttributes {
  readonly eps: number;
}

/**
 * Rows of x [R, M] to zero mean and unit variance, then scaled and shifted: y = (x − μ)·r·scale + shift, r = 1/√(var + ε).
 * Outputs y, μ [R, 1] and r [R, 1]. `scale` and `shift` are [G, M] with R = N·G: row n·G + g uses row g.
 * Layer, group and instance normalisation are this op under different reshapes. Ba et al. 2016 (arXiv:1607.06450).
 */
export const normalize: Op<Partial<NormalizeAttributes>> = defineOp<NormalizeAttributes>({
  name: 'normalize',
  attributes: ({ eps = 1e-5 }) => ({ eps }),
  infer: ([x, scale, shift]) => {
    requireFloat('normalize', x!);
    const [R, M] = x!.shape as [number, number];
    const [G] = scale!.shape as [number];
    if (x!.shape.length !== 2 || scale!.shape.join() !== shift!.shape.join() || scale!.shape[1] !== M || R % G !== 0) {
      throw new ToolkitError(
        'shape-mismatch',
        `normalize cannot apply scale ${showShape(scale!.shape)} and shift ${showShape(shift!.shape)} to ${showShape(x!.shape)}.`,
      );
    }
    const stat = { shape: [R, 1], dtype: 'float32' as const };
    return [{ shape: [R, M], dtype: 'float32' as const }, stat, stat];
  },
  evaluate: ([x, scale, shift], { eps }) => {
    const [R, M] = x!.shape as [number, number];
    const [G] = scale!.shape as [number];
    const [y, mean, rstd] = [new Float32Array(R * M), new Float32Array(R), new Float32Array(R)];
    for (let row = 0; row < R; row++) {
      const values = (x!.data as Float32Array).subarray(row * M, (row + 1) * M);
      const mu = values.reduce((sum, v) => sum + v, 0) / M;
      const variance = values.reduce((sum, v) => sum + (v - mu) ** 2, 0) / M;
      const r = 1 / Math.sqrt(variance + eps);
      for (let m = 0; m < M; m++) {
        const at = (row % G) * M + m;
        y[row * M + m] = (values[m]! - mu) * r * (scale!.data[at] as number) + (shift!.data[at] as number);
      }
      [mean[row], rstd[row]] = [mu, r];
    }
    return [y, mean, rstd];
  },
  vjp: ({ inputs: [x, scale], outputs: [, mean, rstd], cotangents: [dy, dmean, drstd], ops }) => {
    const [R, M] = x!.shape as [number, number];
    const [G] = scale!.shape as [number];
    const centred = ops.sub(x!, mean!);
    const axes = [1];
    const parts = [];
    let dscale = null;
    let dshift = null;
    if (dy) {
      const grouped = { shape: [R / G, G, M] };
      const hat = ops.mul(centred, rstd!);
      const g = ops.reshape(ops.mul(ops.reshape(dy, grouped), scale!), { shape: [R, M] }); // dy·scale
      // dx = r·(g − mean g − x̂·mean(g·x̂))
      const along = ops.mean(ops.mul(g, hat), { axes, keepDims: true });
      const level = ops.mean(g, { axes, keepDims: true });
      parts.push(ops.mul(ops.sub(ops.sub(g, level), ops.mul(hat, along)), rstd!));
      dscale = ops.sum(ops.reshape(ops.mul(dy, hat), grouped), { axes: [0] });
      dshift = ops.sum(ops.reshape(dy, grouped), { axes: [0] });
    }
    if (dmean) parts.push(ops.expand(ops.mul(dmean, 1 / M), { shape: [R, M] }));
    // dr/dx = −r³·(x − μ)/M
    if (drstd) parts.push(ops.mul(centred, ops.mul(drstd, ops.mul(ops.mul(ops.square(rstd!), rstd!), -1 / M))));
    return [parts.length === 0 ? null : parts.reduce((a, b) => ops.add(a, b)), dscale, dshift];
  },
  onnx: ({ node, in: [x, scale, shift], inputs, out, ints, constant, target, attributes: { eps } }) => {
    const [R, M] = inputs[0]!.shape as [number, number];
    const [G] = inputs[1]!.shape as [number];
    const attributes = { axis: -1, epsilon: { float: eps } };
    if (G === 1) {
      const flat = (name: string): string => node('Reshape', [name, ints([M])]);
      node('LayerNormalization', [x!, flat(scale!), flat(shift!)], { outputs: out, attributes });
      return;
    }
    const inGroups = (name: string): string => node('Reshape', [name, ints([R / G, G, M])]);
    const per = (name: string): string => node('Reshape', [name, ints([1, G, M])]);
    if (target === 'webgpu') {
      // Its LayerNormalization takes one row of scale and shift only.
      const [one, zero] = [constant(floats([M], new Float32Array(M).fill(1))), constant(floats([M]))];
      const outputs = [`${out[0]}_plain`, out[1]!, out[2]!];
      const plain = inGroups(node('LayerNormalization', [x!, one, zero], { outputs, attributes }));
      const y = node('Add', [node('Mul', [plain, per(scale!)]), per(shift!)]);
      node('Reshape', [y, ints([R, M])], { outputs: [out[0]!] });
      return;
    }
    const y = node('LayerNormalization', [inGroups(x!), per(scale!), per(shift!)], {
      outputs: out.map((name) => `${name}_grouped`),
      attributes,
    });
    node('Reshape', [y, ints([R, M])], { outputs: [out[0]!] });
    node('Reshape', [`${out[1]}_grouped`, ints([R, 1])], { outputs: [out[1]!] });
    node('Reshape', [`${out[2]}_grouped`, ints([R, 1])], { outputs: [out[2]!] });
  },
  samples: [
    {
      inputs: [
        [4, 6],
        [2, 6],
        [2, 6],
      ],
    },
    {
      inputs: [
        [3, 5],
        [1, 5],
        [1, 5],
      ],
      attributes: { eps: 1e-3 },
    },
  ],
});
