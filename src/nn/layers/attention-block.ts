import { ToolkitError } from '../../core/errors.js';
import { add, matmul, mul, reshape, softmax, type Tensor } from '../../graph/index.js';
import { defineLayer } from '../define-layer.js';
import { groupNorm } from './group-norm.js';
import { linear } from './linear.js';

export interface AttentionBlockOptions {
  readonly channels: number;
  /** Features of one head; all of them in one head unless told. */
  readonly headDim?: number;
  /** Groups of the normalisation before it; null leaves the normalisation out. */
  readonly groups: number | null;
  readonly eps?: number;
  /** The sum of branch and input is divided by this. */
  readonly outputScale?: number;
}

/**
 * Self-attention over the pixels of a picture, with residual: (x + Wₒ·softmax(qᵀk/√D)·v) / outputScale, where
 * q, k, v = W·groupNorm(x) + b in heads of D features.
 * Vaswani et al. 2017 (arXiv:1706.03762), Equation 1; in U-Nets Ho et al. 2020 (arXiv:2006.11239), Appendix B.
 */
export function attentionBlock({
  channels,
  headDim = channels,
  groups,
  eps = 1e-5,
  outputScale = 1,
}: AttentionBlockOptions) {
  const heads = Math.floor(channels / headDim);
  if (heads < 1) {
    throw new ToolkitError(
      'bad-config',
      `attentionBlock: ${channels} channels cannot hold a head of ${headDim} features. Choose attention_head_dim ≤ ${channels}, or null for one head.`,
    );
  }
  const inner = heads * headDim;
  const norm = groups === null ? null : groupNorm({ channels, groups, eps });
  const project = linear({ inFeatures: channels, outFeatures: inner });
  const out = linear({ inFeatures: inner, outFeatures: channels });
  // Channels stay before pixels throughout, so that nothing is transposed: W [O, C] · x [B, C, T] → [B, O, T].
  const across = (p: { readonly weight: Tensor; readonly bias: Tensor | null }, x: Tensor): Tensor =>
    add(matmul(p.weight, x), reshape(p.bias!, { shape: [-1, 1] }));
  return defineLayer({
    params: {
      group_norm: norm ? norm.params : null,
      to_q: project.params,
      to_k: project.params,
      to_v: project.params,
      to_out: [out.params],
    },
    apply(p, x: Tensor): Tensor {
      const [B, C, H, W] = x.shape as [number, number, number, number];
      const normal = norm && p.group_norm ? norm.apply(p.group_norm, x) : x;
      const pixels = reshape(normal, { shape: [B, C, H * W] }); // [B, C, H, W] → [B, C, T]
      const [q, k, v] = [p.to_q, p.to_k, p.to_v].map(
        (projection) => reshape(across(projection, pixels), { shape: [B, heads, headDim, H * W] }), // [B, K·D, T] → [B, K, D, T]
      ) as [Tensor, Tensor, Tensor];
      const weights = softmax(matmul(q, k, { transposeA: true, scale: 1 / Math.sqrt(headDim) })); // [B, K, T, T]
      const mixed = matmul(v, weights, { transposeB: true }); // [B, K, D, T]
      const merged = across(p.to_out[0], reshape(mixed, { shape: [B, inner, H * W] })); // [B, K·D, T] → [B, C, T]
      const sum = add(x, reshape(merged, { shape: x.shape }));
      return outputScale === 1 ? sum : mul(sum, 1 / outputScale);
    },
  });
}
