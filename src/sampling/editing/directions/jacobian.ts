import { integer, number } from '../../../core/options.js';
import { defineDirection } from '../direction.js';
import { singularVectors } from '../h-space/singular-vectors.js';
import { scale } from '../h-space/vectors.js';

/**
 * The directions in which one picture answers most: the first right singular vectors of J = ∂f/∂h at that picture, f
 * being the network from the tap to its output.
 *
 *   J·v = s·u,   v ← Jᵀ·(J·v), made orthonormal, until it settles;   strength 1 is length 1
 *
 * Needs no labels and no second picture, and says nothing of other pictures. The products with J and Jᵀ are handed in,
 * so that this file knows no network. Park et al. 2023 (arXiv:2307.12868), Section 3.2 and Algorithm 1.
 *
 * @example
 * import { key } from 'langevin/core';
 * import { jacobian } from 'langevin/sampling';
 * const stretch = async ([a, b]: Float64Array) => Float64Array.of(3 * a!, b!); // J = diag(3, 1)
 * const [first] = await jacobian({ count: 1 }).find({ jacobian: { size: 2, apply: stretch, transpose: stretch }, key: key(0) });
 * first!.value.toFixed(6); // → '3.000000'
 */
export const jacobian = defineDirection({
  name: 'jacobian',
  needs: 'jacobian',
  measures: 'the gain, a singular value',
  options: {
    count: integer({ default: 3, min: 1, max: 64, help: 'Directions wanted, the strongest first.' }),
    iterations: integer({ default: 20, min: 1, max: 1000, help: 'Rounds of products with J and its transpose.' }),
    tolerance: number({ default: 1e-4, min: 0, max: 1, help: 'Share by which gains may still change at the end.' }),
  },
  async find({ jacobian: products, key }, { count, iterations, tolerance }) {
    const { size, apply, transpose } = products!;
    const wanted = { size, count: Math.min(count, size), iterations, tolerance, key };
    const found = await singularVectors({ ...wanted, apply: (v) => apply(v), transpose: (u) => transpose(u) });
    return found.map(({ vector, value }) => ({ values: scale(1, vector), value }));
  },
});
