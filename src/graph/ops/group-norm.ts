import { ToolkitError } from '../../core/errors.js';
import { floats, sizeOf } from '../../core/host-array.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import type { OnnxContext } from '../onnx/context.js';
import { showShape, type Tensor } from '../tensor.js';

export interface GroupNormAttributes {
  readonly groups: number;
  readonly eps: number;
}

/**
 * Group normalisation of x [N, C, …] with scale γ and shift β [C]: y = (x − μ)·r·γ + β with mean μ and r = 1/√(var + ε)
 * of each group of C/G channels. Outputs y, μ [N, G] and r [N, G]. With groups = C it is instance normalisation.
 * Wu & He 2018 (arXiv:1803.08494), Equations 1–3 and 7.
 */
export const groupNorm: Op<Partial<GroupNormAttributes>> = defineOp<GroupNormAttributes>({
  name: 'groupNorm',
  attributes: ({ groups = 1, eps = 1e-5 }) => ({ groups, eps }),
  infer: ([x, scale, shift], { groups }) => {
    requireFloat('groupNorm', x!);
    const [N, C] = x!.shape as [number, number];
    if (C % groups !== 0) {
      throw new ToolkitError('shape-mismatch', `groupNorm: ${C} channels do not divide into ${groups} groups.`);
    }
    for (const p of [scale!, shift!]) {
      if (p.shape.join() === String(C)) continue;
      throw new ToolkitError('shape-mismatch', `groupNorm: scale and shift must be [${C}], got ${showShape(p.shape)}.`);
    }
    const stat = { shape: [N, groups], dtype: 'float32' as const };
    return [{ shape: x!.shape, dtype: 'float32' as const }, stat, stat];
  },
  evaluate: ([x, scale, shift], { groups, eps }) => {
    const [N, C] = x!.shape as [number, number];
    const area = sizeOf(x!.shape.slice(2));
    const M = (C / groups) * area;
    const [y, mean, rstd] = [
      new Float32Array(x!.data.length),
      new Float32Array(N * groups),
      new Float32Array(N * groups),
    ];
    for (let row = 0; row < N * groups; row++) {
      const values = (x!.data as Float32Array).subarray(row * M, (row + 1) * M);
      const mu = values.reduce((total, v) => total + v, 0) / M;
      const r = 1 / Math.sqrt(values.reduce((total, v) => total + (v - mu) ** 2, 0) / M + eps);
      for (let m = 0; m < M; m++) {
        const c = (row % groups) * (C / groups) + Math.floor(m / area);
        y[row * M + m] = (values[m]! - mu) * r * (scale!.data[c] as number) + (shift!.data[c] as number);
      }
      [mean[row], rstd[row]] = [mu, r];
    }
    return [y, mean, rstd];
  },
  /**
   * With per-channel sums A = Σ dy and B = Σ dy·x over space, everything but one affine pass is small:
   *   dγ = Σ_n r·(B − μA),  dβ = Σ_n A,  dx = r·γ·dy + b·x + c,
   *   b = −r²·Σ_{c∈g} γ·r·(B − μA)/M,  c = −r·Σ_{c∈g} γ·A/M − μ·b.
   */
  vjp: ({ inputs: [x, scale], outputs: [, mean, rstd], cotangents: [dy, dmean, drstd], attributes, ops }) => {
    const { groups: G } = attributes;
    const [N, C] = x!.shape as [number, number];
    const S = sizeOf(x!.shape.slice(2));
    const M = (C / G) * S;
    const mu = ops.reshape(mean!, { shape: [N, G, 1] });
    const r = ops.reshape(rstd!, { shape: [N, G, 1] });
    const grouped = ops.reshape(x!, { shape: [N, G, M] });
    const parts: Tensor[] = [];
    let dscale: Tensor | null = null;
    let dshift: Tensor | null = null;
    let b: Tensor | null = null;
    let c: Tensor | null = null;
    if (dy) {
      const space = { axes: [2], keepDims: true };
      const flat = ops.reshape(dy, { shape: [N, C, S] });
      const perGroup = { shape: [N, G, C / G] };
      const A = ops.reshape(ops.sum(flat, space), perGroup);
      const B = ops.reshape(ops.sum(ops.mul(flat, ops.reshape(x!, { shape: [N, C, S] })), space), perGroup);
      const gamma = ops.reshape(scale!, { shape: [1, G, C / G] });
      const along = ops.mul(r, ops.sub(B, ops.mul(mu, A))); // Σ dy·x̂ per channel
      dscale = ops.reshape(ops.sum(along, { axes: [0] }), { shape: [C] });
      dshift = ops.reshape(ops.sum(A, { axes: [0] }), { shape: [C] });
      const mean2 = ops.mul(ops.sum(ops.mul(gamma, along), space), 1 / M);
      const mean1 = ops.mul(ops.sum(ops.mul(gamma, A), space), 1 / M);
      b = ops.neg(ops.mul(ops.square(r), mean2));
      c = ops.neg(ops.add(ops.mul(r, mean1), ops.mul(mu, b)));
      const a = ops.reshape(ops.mul(r, gamma), { shape: [N, C, 1] });
      parts.push(ops.reshape(ops.mul(flat, a), { shape: [N, G, M] }));
    }
    if (dmean) {
      const share = ops.mul(ops.reshape(dmean, { shape: [N, G, 1] }), 1 / M);
      c = c ? ops.add(c, share) : share;
    }
    if (drstd) {
      // dr/dx = −r³·(x − μ)/M
      const k = ops.mul(ops.mul(ops.reshape(drstd, { shape: [N, G, 1] }), ops.mul(ops.square(r), r)), -1 / M);
      const shiftBack = ops.neg(ops.mul(k, mu));
      b = b ? ops.add(b, k) : k;
      c = c ? ops.add(c, shiftBack) : shiftBack;
    }
    if (b) parts.push(ops.mul(grouped, b));
    if (c) parts.push(ops.expand(c, { shape: [N, G, M] }));
    const dx =
      c && parts.length > 1
        ? ops.add(
            parts.slice(0, -1).reduce((p, q) => ops.add(p, q)),
            c,
          )
        : parts[0];
    return [dx ? ops.reshape(dx, { shape: x!.shape }) : null, dscale, dshift];
  },
  // y = x·a + (β − μ·a) with a = r·γ: one affine pass over the x that the derivative reads as well.
  again: ({ inputs: [x, scale, shift], attributes: { groups: G }, outputs: [, mean, rstd], ops }) => {
    const [N, C] = x!.shape as [number, number];
    const perGroup = (stat: Tensor): Tensor => ops.reshape(stat, { shape: [N, G, 1] });
    const perChannel = (p: Tensor): Tensor => ops.reshape(p, { shape: [1, G, C / G] });
    const a = ops.mul(perGroup(rstd!), perChannel(scale!));
    const b = ops.sub(perChannel(shift!), ops.mul(perGroup(mean!), a));
    const wide = { shape: [N, C, ...x!.shape.slice(2).map(() => 1)] };
    return [ops.add(ops.mul(x!, ops.reshape(a, wide)), ops.reshape(b, wide)), null, null];
  },
  onnx: (at) => (at.target === 'webgpu' ? spelledOut(at) : fused(at)),
  samples: [
    { inputs: [[2, 6, 3, 2], [6], [6]], attributes: { groups: 3 } },
    { inputs: [[2, 4, 5], [4], [4]], attributes: { groups: 4, eps: 1e-3 } },
    { inputs: [[3, 4, 2, 2], [4], [4]], attributes: { groups: 1 } },
  ],
});

type Context = OnnxContext<GroupNormAttributes>;

/** One LayerNormalization over [N, G, M]: its scale and shift may be [1, G, M], so γ and β are repeated over space. */
function fused({
  node,
  in: [x, scale, shift],
  inputs,
  outputs,
  out,
  ints,
  attributes: { groups: G, eps },
}: Context): void {
  const [N, C] = inputs[0]!.shape as [number, number];
  const S = sizeOf(inputs[0]!.shape.slice(2));
  const M = (C / G) * S;
  const spread = (p: string): string => {
    const repeated = node('Expand', [node('Reshape', [p, ints([C, 1])]), ints([C, S])]);
    return node('Reshape', [repeated, ints(G === 1 ? [M] : [1, G, M])]);
  };
  const rows = node('Reshape', [x!, ints(G === 1 ? [N, M] : [N, G, M])]);
  const results = out.map((name) => `%${name}_rows`);
  const attributes = { axis: -1, epsilon: { float: eps } };
  node('LayerNormalization', [rows, spread(scale!), spread(shift!)], { outputs: results, attributes });
  for (const [i, name] of out.entries()) {
    node('Reshape', [results[i]!, ints(outputs[i]!.shape)], { outputs: [name] });
  }
}

/** The formula op by op, for engines whose LayerNormalization takes one scale row only. */
function spelledOut({ node, in: [x, scale, shift], inputs, outputs, out, ints, constant, attributes }: Context): void {
  const { groups: G, eps } = attributes;
  const [N, C] = inputs[0]!.shape as [number, number];
  const S = sizeOf(inputs[0]!.shape.slice(2));
  const M = (C / G) * S;
  const last = { attributes: { axes: [2], keepdims: 1 } };
  const rows = node('Reshape', [x!, ints([N, G, M])]);
  const mean = node('ReduceMean', [rows], last);
  const centred = node('Sub', [rows, mean]);
  const variance = node('ReduceMean', [node('Mul', [centred, centred])], last);
  const deviation = node('Sqrt', [node('Add', [variance, constant(floats([], [eps]))])]);
  const rstd = node('Reciprocal', [deviation]);
  const hat = node('Reshape', [node('Mul', [centred, rstd]), ints([N, C, S])]);
  const perChannel = (p: string): string => node('Reshape', [p, ints([1, C, 1])]);
  const y = node('Add', [node('Mul', [hat, perChannel(scale!)]), perChannel(shift!)]);
  for (const [i, value] of [y, mean, rstd].entries()) {
    node('Reshape', [value, ints(outputs[i]!.shape)], { outputs: [out[i]!] });
  }
}
