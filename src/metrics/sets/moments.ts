import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { HostArray } from '../../core/host-array.js';
import { sizesOf } from './check-sets.js';

/** Mean and covariance of a set of vectors. */
export interface Moments {
  readonly mean: Float64Array;
  /** [D, D], with N − 1. */
  readonly covariance: Matrix;
}

/** Mean and covariance of the rows of a set, in float64. */
export function momentsOf(set: HostArray<'float32'>): Moments {
  const [count, size] = sizesOf(set);
  const mean = new Float64Array(size);
  for (let i = 0; i < count; i++) for (let k = 0; k < size; k++) mean[k]! += set.data[i * size + k]! / count;
  const covariance = Matrix.zeros(size, size);
  const centred = new Float64Array(size);
  const sums = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < size; k++) centred[k] = set.data[i * size + k]! - mean[k]!;
    for (let k = 0; k < size; k++) {
      const [row, value] = [sums[k]!, centred[k]!];
      for (let l = k; l < size; l++) row[l]! += value * centred[l]!;
    }
  }
  for (let k = 0; k < size; k++) {
    for (let l = k; l < size; l++) {
      const value = sums[k]![l]! / (count - 1);
      covariance.set(k, l, value);
      covariance.set(l, k, value);
    }
  }
  return { mean, covariance };
}

const eigen = (symmetric: Matrix): EigenvalueDecomposition =>
  new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });

/** The symmetric root of a symmetric matrix that is not negative: V·√Λ·Vᵀ; rounding below 0 counts as 0. */
export function symmetricRoot(symmetric: Matrix): Matrix {
  const { eigenvectorMatrix: v, realEigenvalues } = eigen(symmetric);
  const roots = Matrix.diag(realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))));
  return v.mmul(roots).mmul(v.transpose());
}

/**
 * The squared Fréchet (Wasserstein-2) distance of two Gaussians,
 *
 *   ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2·(C₁^{½}·C₂·C₁^{½})^{½}).
 *
 * Dowson & Landau 1982, "The Fréchet distance between multivariate normal distributions" (JMA 12:3), Equation 4. The
 * root is taken of the symmetric product, whose eigenvalues are those of C₁·C₂: no complex numbers appear.
 */
export function frechetDistance(a: Moments, b: Moments): number {
  let distance = 0;
  for (const [k, value] of a.mean.entries()) distance += (value - b.mean[k]!) ** 2;
  const root = symmetricRoot(a.covariance);
  const product = root.mmul(b.covariance).mmul(root);
  const symmetric = product.add(product.transpose()).mul(0.5); // rounding made it slightly lopsided
  const cross = eigen(symmetric).realEigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return distance + a.covariance.trace() + b.covariance.trace() - 2 * cross;
}
