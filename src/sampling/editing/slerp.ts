import { show, ToolkitError } from '../../core/errors.js';
import { rowNorms, scaleRows } from '../../core/rowwise.js';
import type { Space } from '../../core/space.js';
import { isFloats } from '../../core/values.js';

export interface SlerpOptions<X> {
  readonly from: X;
  readonly to: X;
  /** Where between them, in [0, 1]: one share for all rows or one for each. */
  readonly share: number | readonly number[];
  readonly space: Space<X>;
}

/**
 * On the arc from one noise to another, row by row:
 *
 *   x_u = sin((1 − u)·θ)/sin θ·a + sin(u·θ)/sin θ·b,    cos θ = ⟨a, b⟩/(‖a‖·‖b‖)
 *
 * Shoemake 1985, "Animating rotation with quaternion curves" (SIGGRAPH '85); for noise of diffusion models Song et al.
 * 2021, arXiv:2010.02502, Appendix D.5. Straight lines would lose length half way, and a network expects noise of full
 * length. Rows that point the same way are mixed linearly.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { slerp } from 'langevin/sampling';
 * const [from, to] = [floats([1, 2], [2, 0]), floats([1, 2], [0, 2])];
 * const [x, y] = slerp({ from, to, share: 0.5, space: batchSpace() }).data;
 * Math.abs(Math.hypot(x, y) - 2) < 1e-6; // → true
 */
export function slerp<X>({ from, to, share, space }: SlerpOptions<X>): X {
  const [lengths, others] = [rowNorms('slerp', from), rowNorms('slerp', to)];
  const shares = typeof share === 'number' ? lengths.map(() => share) : share;
  const wrong = shares.find((u) => !(u >= 0 && u <= 1));
  if (wrong !== undefined || shares.length !== lengths.length) {
    throw new ToolkitError(
      'bad-option',
      `slerp: share must be a number in [0, 1], or one for each of ${lengths.length} rows, got ${show(share)}.`,
    );
  }
  if (shares.every((u) => u === 0)) return from;
  if (shares.every((u) => u === 1)) return to;
  const weights = dots(from, to).map((dot, row) => {
    const u = shares[row]!;
    if (u === 0 || u === 1) return [1 - u, u] as const;
    const cosine = Math.max(-1, Math.min(1, dot / (lengths[row]! * others[row]!)));
    const angle = Math.acos(cosine);
    const sine = Math.sin(angle);
    if (!(sine > 1e-6)) return [1 - u, u] as const;
    return [Math.sin((1 - u) * angle) / sine, Math.sin(u * angle) / sine] as const;
  });
  const part = (x: X, of: 0 | 1): X => {
    const factors = weights.map((pair) => pair[of]);
    return scaleRows('slerp', x, factors);
  };
  return space.lincomb([1, part(from, 0)], [1, part(to, 1)]);
}

/** ⟨a, b⟩ row by row. */
function dots(a: unknown, b: unknown): readonly number[] {
  if (!isFloats(a) || !isFloats(b)) return [(a as number) * (b as number)];
  const size = a.data.length / (a.shape[0] ?? 1);
  return Array.from({ length: a.shape[0] ?? 1 }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += a.data[i]! * b.data[i]!;
    return sum;
  });
}
