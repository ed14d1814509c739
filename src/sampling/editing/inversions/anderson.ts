import { rowDots, scaleRows } from '../../../core/rowwise.js';
import type { Space, Term } from '../../../core/space.js';

/** One guess and what it misses: f(x) = g(x) − x, in the units of x. */
export interface Guess<X> {
  readonly x: X;
  readonly miss: X;
}

/**
 * The next guess of a fixed point x = g(x) out of the last ones, by Anderson's mixing; every row of a batch has its own
 * weights, so that none depends on its neighbours.
 *
 *   x′ = x + f − Σⱼ γⱼ·(Δxⱼ + Δfⱼ),   γ = argmin |f − Σⱼ γⱼ·Δfⱼ|,   Δxⱼ = x − xⱼ,  Δfⱼ = f − fⱼ
 *
 * Anderson 1965, "Iterative procedures for nonlinear integral equations" (J. ACM 12), Section 4; for inversion Pan et
 * al. 2023, arXiv:2309.04907. With no past it is the plain iteration x′ = g(x); on the line with one it is the
 * secant method.
 *
 * `guesses` are the most recent first.
 */
export function anderson<X>(who: string, space: Space<X>, guesses: readonly Guess<X>[]): X {
  const [{ x, miss }, ...past] = guesses as readonly [Guess<X>, ...Guess<X>[]];
  const differences = past.map((other) => ({
    x: space.lincomb([1, x], [-1, other.x]),
    miss: space.lincomb([1, miss], [-1, other.miss]),
  }));
  const gram = differences.map((a) => differences.map((b) => rowDots(who, a.miss, b.miss)));
  const sides = differences.map((a) => rowDots(who, a.miss, miss));
  const rows = rowDots(who, miss, miss).length;
  const weights = Array.from({ length: rows }, (_, row) =>
    leastSquares(
      gram.map((line) => line.map((dots) => dots[row]!)),
      sides.map((dots) => dots[row]!),
    ),
  );
  const corrections = differences.flatMap((difference, j): Term<X>[] => {
    const factors = weights.map((gamma) => gamma[j]!);
    return [
      [-1, scaleRows(who, difference.x, factors)],
      [-1, scaleRows(who, difference.miss, factors)],
    ];
  });
  return space.lincomb([1, x], [1, miss], ...corrections);
}

/** A γ = b for a small matrix of inner products, by Gauss' elimination with pivots; what is near dependence counts 0. */
function leastSquares(gram: readonly (readonly number[])[], side: readonly number[]): readonly number[] {
  const n = side.length;
  const rows = gram.map((line, i) => [...line, side[i]!]);
  const scale = Math.max(...gram.map((line, i) => line[i]!), 0);
  const gamma = Array<number>(n).fill(0);
  const pivots: number[] = [];
  for (let step = 0; step < n; step++) {
    // The Gram matrix is symmetric and not negative: its largest diagonal entry is a pivot.
    const free = rows.flatMap((_, i) => (pivots.includes(i) ? [] : [i]));
    const pivot = free.reduce((best, i) => (rows[i]![i]! > rows[best]![best]! ? i : best));
    if (!(rows[pivot]![pivot]! > 1e-12 * scale)) break;
    pivots.push(pivot);
    const line = rows[pivot]!;
    for (const [i, other] of rows.entries()) {
      if (i === pivot) continue;
      const factor = other[pivot]! / line[pivot]!;
      rows[i] = other.map((value, k) => value - factor * line[k]!);
    }
  }
  for (const i of pivots) gamma[i] = rows[i]![n]! / rows[i]![i]!;
  return gamma;
}
