import { integer, number } from '../../../core/options.js';
import { uniforms } from '../../../core/random.js';
import { defineLevelSampler } from '../level-sampler.js';

/**
 * Importance sampling by the losses seen: p_t ∝ √E[L_t²], and each loss divided by N·p_t, so that the mean is still that
 * of uniform times, with less variance where losses differ by orders of magnitude, as in the variational bound.
 * Nichol & Dhariwal 2021, arXiv:2102.09672, Equation 18.
 *
 * Until every part of the noise axis has its losses, times are uniform. `parts` = the number of training indices is the
 * letter of the paper; fewer parts know their losses sooner. A share `uniform` of the draws ignores the history.
 *
 * @example
 * import { key } from 'langevin/core';
 * import { cosine, createLevelHistory, grid, lossSecondMomentLevels } from 'langevin/diffusion';
 * const sampler = lossSecondMomentLevels({ parts: 2, memory: 1, uniform: 0 });
 * const history = createLevelHistory({ parts: 2, memory: 1 });
 * history.record([0.2, 0.7], [3, 1]);
 * const at = { key: key(0), count: 400, grid: grid({ schedule: cosine() }), history };
 * sampler.times(at).importance?.includes(1 / (2 * 0.75)); // → true
 */
export const lossSecondMomentLevels = defineLevelSampler({
  name: 'loss-second-moment',
  options: {
    parts: integer({ default: 100, min: 1, max: 100_000, help: 'Equal parts of the noise axis that are told apart.' }),
    memory: integer({ default: 10, min: 1, max: 1000, help: 'Losses remembered of each part.' }),
    uniform: number({ default: 0.001, min: 0, max: 1, help: 'Share of the draws that ignores the history.' }),
  },
  history: ({ parts, memory }) => ({ parts, memory }),
  draw({ key, count, history }, { parts, uniform }) {
    const u = uniforms(key, 2 * count);
    const p = history!.full
      ? probabilities(history!.secondMoments(), uniform)
      : new Float64Array(parts).fill(1 / parts);
    let sum = 0;
    const cumulative = p.map((share) => (sum += share));
    const chosen = Int32Array.from({ length: count }, (_, b) => partAt(cumulative, u[2 * b]!));
    return {
      times: Float64Array.from(chosen, (part, b) => (part + u[2 * b + 1]!) / parts),
      importance: Float64Array.from(chosen, (part) => 1 / (parts * p[part]!)),
    };
  },
});

function probabilities(secondMoments: Float64Array, uniform: number): Float64Array {
  const roots = secondMoments.map(Math.sqrt);
  const sum = roots.reduce((a, b) => a + b, 0);
  const even = 1 / roots.length;
  return roots.map((root) => (sum > 0 ? (1 - uniform) * (root / sum) + uniform * even : even));
}

/** The first part whose cumulated probability lies above u. */
function partAt(cumulative: Float64Array, u: number): number {
  const whole = cumulative[cumulative.length - 1]!;
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u * whole) high = middle;
    else low = middle + 1;
  }
  return low;
}
