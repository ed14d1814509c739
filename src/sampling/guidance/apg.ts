import { number } from '../../core/options.js';
import { rowDots, rowNorms, scaleRows } from '../../core/rowwise.js';
import { defineGuidance } from '../guidance.js';

/**
 * Adaptive projected guidance: the part of the difference along the picture saturates it, so that part is turned down.
 *
 *   Δ ← (D_c − D_u) + β·Δ_before          momentum: β < 0 pushes less the same way twice
 *   Δ ← Δ·min(1, r/‖Δ‖)                    threshold
 *   Δ_∥ = (⟨Δ, D_c⟩/‖D_c‖²)·D_c,  Δ_⊥ = Δ − Δ_∥
 *   D = D_c + (scale − 1)·(Δ_⊥ + η·Δ_∥)
 *
 * Sadat et al. 2024, arXiv:2410.02416, Algorithm 1; every sample has its own norms. η = 1, β = 0 and no threshold is
 * classifier-free guidance. Use it for scales of 5 and more. The momentum belongs to one walk: it begins again at a level
 * as noisy as the first one asked, and questions about one level count once. A threshold is a Euclidean length and grows
 * with the root of the number of pixels; the paper has 2.5 to 15 for latents of 16,384 to 65,536 numbers.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { apg } from 'langevin/sampling';
 * const says = (...values) => async (x) => floats(x.shape, values);
 * const at = { conditional: says(1, 0), unconditional: says(0, -1), space: batchSpace() };
 * const guided = apg({ ...at, scale: 3 });
 * (await guided(floats([1, 2]), { alpha: 0.6, sigma: 0.8 })).data; // → Float32Array.of(1, 2)
 */
export const apg = defineGuidance({
  name: 'apg',
  changes: 'denoiser',
  asks: ['conditional', 'unconditional'],
  options: {
    scale: number({ default: 4, min: 0, max: 100, help: 'How hard the condition is followed; 1 is as learnt.' }),
    eta: number({ default: 0, min: 0, max: 1, help: 'Share of the part along the picture that is kept.' }),
    momentum: number({ default: -0.5, min: -1, max: 1, help: 'Share of the differences before that is added.' }),
    threshold: number({
      default: null,
      min: 0,
      help: 'Largest length of the difference of a sample; none unless told.',
    }),
  },
  neutral: { options: { scale: 1 }, equals: 'conditional' },
  evaluations: 2,
  usage: '--class NAMES --guidance 6 --guidance-method apg',
  async guide({ x, level, conditional, unconditional, space, running }, { scale, eta, momentum, threshold }) {
    const [c, u] = await Promise.all([conditional(x, level), unconditional(x, level)]);
    const difference = running(space.lincomb([1, c], [-1, u]), momentum);
    const delta = threshold === null ? difference : shortened(difference, threshold);
    const [along, squares] = [rowDots('apg', delta, c), rowDots('apg', c, c)];
    const parallel = scaleRows(
      'apg',
      c,
      along.map((dot, row) => (squares[row] === 0 ? 0 : dot / squares[row]!)),
    );
    return space.lincomb([1, c], [scale - 1, delta], [(scale - 1) * (eta - 1), parallel]);
  },
});

/** Rows of at most this length. */
function shortened<X>(rows: X, longest: number): X {
  const norms = rowNorms('apg', rows);
  return scaleRows(
    'apg',
    rows,
    norms.map((norm) => (norm > longest ? longest / norm : 1)),
  );
}
