import { floats } from '../../core/host-array.js';
import { integer, number } from '../../core/options.js';
import { add, constant, div, matmul, maximum, mul, sqrt, square, sub, sum, type Tensor } from '../../graph/index.js';
import { matrixShape } from '../layout.js';
import { defineOptimizer } from '../optimizer.js';
import { adamw } from './adamw.js';

/** Fewer rows or columns than this are the first and last layer of a picture, which are moved element by element. */
const narrow = 8;

/** x·(a + b·x² + c·x⁴), steep at 0, which takes (0, 1] near to 1. Jordan et al. 2024. */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * Momentum whose matrices are orthogonalised: all directions of a weight move by the same amount, and not only the few that
 * gradients are large in. Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks", with the scale of
 * Liu et al. 2025 (arXiv:2502.16982), Equation 4, by which rates of AdamW hold:
 *
 *   m ← μ·m + g          O = orthogonalised(g + μ·m)
 *   p ← (1 − η·λ)·p − 0.2·η·√max(R, C)·O
 *
 * A convolution is a matrix of as many rows as it has outputs. Biases, scales of normalisations, embeddings, and layers
 * from or to fewer than 8 channels are moved by AdamW.
 */
export const muon = defineOptimizer({
  name: 'muon',
  options: {
    momentum: number({ default: 0.95, min: 0, max: 0.999999, help: 'Memory μ of the gradients of matrices.' }),
    iterations: integer({ default: 5, min: 1, max: 20, help: 'Steps of the iteration that orthogonalises.' }),
    ...adamw.definition.options,
  },
  slots: adamw.definition.slots,
  scalars: (at, options) => ({ ...adamw.definition.scalars(at, options), lr: at.lr }),
  update: (at, options) => adamw.definition.update(at, options),
  matrices: {
    takes: (name, shape) => Math.min(...matrixShape(shape)) >= narrow && !name.endsWith('embedding.weight'),
    slots: ['m'],
    update({ p, g, slots: { m }, scalars: { lr, keep } }, { momentum, iterations, weightDecay }) {
      const mNext = add(mul(m, momentum), g);
      const o = orthogonalized(add(g, mul(mNext, momentum)), iterations); // [K, R, C]
      const change = mul(o, mul(lr, 0.2 * Math.sqrt(Math.max(...p.shape.slice(1)))));
      const kept = weightDecay === 0 ? p : mul(p, keep);
      return { p: sub(kept, change), slots: { m: mNext } };
    },
  },
});

/**
 * U·Vᵀ of each x = U·S·Vᵀ [K, R, C], nearly: after normalisation singular values s go through s·(a + b·s² + c·s⁴) as often as
 * told, which takes those that are not tiny to between 0.7 and 1.2. The iteration runs on the smaller Gram matrix alone:
 *
 *   G = x·xᵀ          P = a·I + b·G + c·G²          G ← P·G·P          Q ← P·Q
 *
 * and Q·x is what it makes of x.
 */
export function orthogonalized(x: Tensor, iterations: number): Tensor {
  const size = sqrt(sum(square(x), { axes: [1, 2], keepDims: true })); // ‖x‖ [K, 1, 1]
  const unit = div(x, maximum(size, 1e-7));
  const [rows, columns] = x.shape.slice(1) as [number, number];
  const wide = rows <= columns;
  const one = identity(Math.min(rows, columns));
  const polynomial = (gram: Tensor): Tensor => add(mul(one, a), add(mul(gram, b), matmul(gram, gram, { scale: c })));
  let gram = matmul(unit, unit, wide ? { transposeB: true } : { transposeA: true });
  let p = polynomial(gram);
  let q = p;
  for (let i = 1; i < iterations; i++) {
    gram = matmul(matmul(p, gram), p);
    p = polynomial(gram);
    q = matmul(p, q);
  }
  return wide ? matmul(q, unit) : matmul(unit, q);
}

const identity = (n: number): Tensor =>
  constant(
    floats(
      [1, n, n],
      Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    ),
  );
