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

/** The symmetric root of a symmetric matrix that is not negative: V·√Λ·Vᵀ; rounding next to 0 counts as 0. */
export function symmetricRoot(symmetric: Matrix): Matrix {
  const { eigenvectorMatrix: v, realEigenvalues } = eigen(symmetric);
  return v.mmul(Matrix.diag([...rootsOf(realEigenvalues)])).mmul(v.transpose());
}

/**
 * √Λ of eigenvalues that are not negative. Those below D·2⁻⁵² of the largest are rounding: where a covariance is
 * singular, with no more samples than dimensions, the roots of hundreds of them would add up to something.
 */
function rootsOf(eigenvalues: readonly number[]): readonly number[] {
  const rounding = eigenvalues.reduce((most, value) => Math.max(most, value), 0) * eigenvalues.length * 2 ** -52;
  return eigenvalues.map((value) => (value > rounding ? Math.sqrt(value) : 0));
}

/**
 * The squared Fréchet (Wasserstein-2) distance of two Gaussians,
 *
 *   ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2·(C₁^{½}·C₂·C₁^{½})^{½}).
 *
 * Dowson & Landau 1982, "The Fréchet distance between multivariate normal distributions" (JMA 12:3), Equation 4. The
 * root is taken of the symmetric product, whose eigenvalues are those of C₁·C₂: no complex numbers appear. Rounding does
 * not make it negative.
 */
export function frechetDistance(a: Moments, b: Moments): number {
  let distance = 0;
  for (const [k, value] of a.mean.entries()) distance += (value - b.mean[k]!) ** 2;
  const root = symmetricRoot(a.covariance);
  const product = root.mmul(b.covariance).mmul(root);
  const symmetric = product.add(product.transpose()).mul(0.5); // rounding made it slightly lopsided
  const cross = rootsOf(eigen(symmetric).realEigenvalues).reduce((sum, root) => sum + root, 0);
  return Math.max(0, distance + a.covariance.trace() + b.covariance.trace() - 2 * cross);
}
