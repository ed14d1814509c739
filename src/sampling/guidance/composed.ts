import { ToolkitError } from '../../core/errors.js';
import { lincombRows, type RowTerm } from '../../core/rowwise.js';
import type { Term } from '../../core/space.js';
import { defineGuidance } from '../guidance.js';

/**
 * Composed conditions: this and that, and not the other.
 *
 *   D = D_u + Σ wᵢ·(Dᵢ − D_u)
 *
 * Liu et al. 2022, arXiv:2206.01714, Equations 11 (AND, w > 0) and 13 (NOT, w < 0). With exact denoisers it is the score
 * of p(x)·Π p(cᵢ | x)^wᵢ, the product of experts; where conditions speak of independent things it is exactly the model
 * told both. What it makes may be guided again: `conditional` of other guidance. One part of weight 1 is that part.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { composed } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const parts = [{ denoise: says(1), weight: 1 }, { denoise: says(3), weight: -0.5 }];
 * const both = composed({ parts, unconditional: says(2), space: batchSpace() });
 * (await both(floats([1, 1]), { alpha: 0.6, sigma: 0.8 })).data[0]; // → 0.5
 */
export const composed = defineGuidance({
  name: 'composed',
  changes: 'denoiser',
  asks: ['parts', 'unconditional'],
  options: {},
  neutral: null,
  evaluations: 3,
  usage: "--class 'NAME&0.5*NAME&!NAME'",
  async guide({ x, level, parts, unconditional, space }) {
    const [first] = parts;
    if (!first) throw new ToolkitError('bad-option', 'composed: expected at least one part, got none.');
    if (parts.length === 1 && first.weight === 1) return first.denoise(x, level);
    const left = leftOver(parts.map(({ weight }) => weight));
    const all = left === 0 ? parts : [...parts, { denoise: unconditional, weight: left }];
    const said = await Promise.all(all.map(({ denoise }) => denoise(x, level)));
    const terms = said.map((value, i) => [all[i]!.weight, value] as const);
    return terms.every(isPlain) ? space.lincomb(...terms) : lincombRows('composed', terms);
  },
});

const isPlain = <X>(term: RowTerm<X>): term is Term<X> => typeof term[0] === 'number';

/** 1 − Σ w, as one number, or as one a row where any weight is. */
function leftOver(weights: readonly (number | readonly number[])[]): number | readonly number[] {
  const rows = weights.find((weight) => typeof weight !== 'number');
  const sum = (row: number): number =>
    weights.reduce<number>((total, weight) => total + (typeof weight === 'number' ? weight : weight[row]!), 0);
  return rows === undefined ? 1 - sum(0) : rows.map((_, row) => 1 - sum(row));
}
