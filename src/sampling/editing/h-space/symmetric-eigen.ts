export interface Eigen {
  /** From the largest to the smallest. */
  readonly values: readonly number[];
  /** Vector i belongs to value i; all of length 1 and orthogonal. */
  readonly vectors: readonly Float64Array[];
}

/**
 * All eigenvalues and vectors of a small symmetric matrix by rotations: each one makes a pair of off-diagonal entries
 * zero, sweep after sweep. Jacobi 1846; Golub & Van Loan, Matrix Computations, 4th edition, Algorithm 8.5.3.
 *
 *   θ = (a_qq − a_pp)/(2·a_pq),   t = sgn θ/(|θ| + √(θ² + 1)),   c = 1/√(t² + 1),   s = t·c
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = a.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const total = Math.sqrt(a.reduce((sum, row) => row.reduce((inner, x) => inner + x * x, sum), 0));
  for (let sweep = 0; sweep < 60 && offDiagonal(a) > 1e-15 * total; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return {
    values: order.map((i) => a[i]![i]!),
    vectors: order.map((i) => Float64Array.from(v, (row) => row[i]!)),
  };
}

function offDiagonal(a: readonly Float64Array[]): number {
  let sum = 0;
  for (const [i, row] of a.entries()) for (let j = 0; j < i; j++) sum += 2 * row[j]! ** 2;
  return Math.sqrt(sum);
}

function rotate(a: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of a) turn(row, p, q, c, s);
  turnRows(a[p]!, a[q]!, c, s);
  for (const row of v) turn(row, p, q, c, s);
}

/** Columns p and q of a row become c·x − s·y and s·x + c·y. */
function turn(row: Float64Array, p: number, q: number, c: number, s: number): void {
  const [x, y] = [row[p]!, row[q]!];
  row[p] = c * x - s * y;
  row[q] = s * x + c * y;
}

function turnRows(first: Float64Array, second: Float64Array, c: number, s: number): void {
  for (let i = 0; i < first.length; i++) {
    const [x, y] = [first[i]!, second[i]!];
    first[i] = c * x - s * y;
    second[i] = s * x + c * y;
  }
}
