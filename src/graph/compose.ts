import { ToolkitError } from '../core/errors.js';
import { canonicalAxes } from './broadcast.js';
import { concat, groupNorm, matmul, mean, normalize, reshape, slice, softmax, square, sub } from './ops/index.js';
import type { ReduceAttributes } from './reduction.js';
import { showShape, type Tensor } from './tensor.js';

/** Compositions of ops that are common enough to have a name. They add nothing the ops could not say. */

/** The pieces of `x` along `axis`, of the given sizes. */
export function split(
  x: Tensor,
  { axis, sizes }: { readonly axis: number; readonly sizes: readonly number[] },
): Tensor[] {
  const [along] = canonicalAxes('split', [axis], x.shape.length) as [number];
  const total = sizes.reduce((sum, n) => sum + n, 0);
  if (total !== x.shape[along]) {
    throw new ToolkitError(
      'shape-mismatch',
      `split: sizes ${showShape(sizes)} do not add up to axis ${axis} of ${showShape(x.shape)}.`,
    );
  }
  let from = 0;
  return sizes.map((size) => {
    const piece = slice(x, { axes: [along], starts: [from], ends: [from + size] });
    from += size;
    return piece;
  });
}

/** Mean of (x − mean x)² over axes (the population variance). */
export function variance(x: Tensor, { axes, keepDims = false }: Partial<ReduceAttributes> = {}): Tensor {
  const given = axes ? { axes } : {};
  return mean(square(sub(x, mean(x, { ...given, keepDims: true }))), { ...given, keepDims });
}

/** Every channel of every picture to zero mean and unit variance. Ulyanov et al. 2016 (arXiv:1607.08022). */
export const instanceNorm = (x: Tensor, scale: Tensor, shift: Tensor, eps = 1e-5): Tensor =>
  groupNorm(x, scale, shift, { groups: x.shape[1]!, eps });

/** Layer normalisation over the last axis, scale and shift [D]. */
export function layerNorm(x: Tensor, scale: Tensor, shift: Tensor, eps = 1e-5): Tensor {
  const D = x.shape.at(-1)!;
  const row = (p: Tensor): Tensor => reshape(p, { shape: [1, D] });
  return reshape(normalize(reshape(x, { shape: [-1, D] }), row(scale), row(shift), { eps }), { shape: x.shape });
}

/** softmax(q·kᵀ·scale)·v over the last two axes. Vaswani et al. 2017 (arXiv:1706.03762), Equation 1. */
export function attention(q: Tensor, k: Tensor, v: Tensor, scale = 1 / Math.sqrt(q.shape.at(-1)!)): Tensor {
  return matmul(softmax(matmul(q, k, { transposeB: true, scale })), v);
}

/** All tensors end to end as one vector. */
export const flatten = (tensors: readonly Tensor[]): Tensor =>
  concat(...tensors.map((x) => reshape(x, { shape: [-1] })), { axis: 0 });
