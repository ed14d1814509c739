import { defineDirection } from '../direction.js';
import { meanRow, norm } from '../h-space/vectors.js';

/**
 * The mean of pictures with the attribute less the mean of those without, v = μ⁺ − μ⁻: strength 1 is the usual change.
 *
 * Best with pairs (the same figure with and without the attribute), where everything else cancels; with two unpaired
 * groups it also holds whatever else tells the groups apart. Larsen et al. 2016 (arXiv:1512.09300), Section 4; in
 * h-space Haas et al. 2023 (arXiv:2303.11073), Section 4.2.
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { meanDifference } from 'langevin/sampling';
 * const [smile] = await meanDifference().find({
 *   with: floats([2, 2], [3, 1, 5, 1]),
 *   without: floats([2, 2], [0, 1, 2, 1]),
 *   key: key(0),
 * });
 * [...smile!.values]; // → [3, 0]
 */
export const meanDifference = defineDirection({
  name: 'mean-difference',
  needs: 'groups',
  measures: 'the distance of the means',
  options: {},
  async find({ with: positive, without }) {
    const [up, down] = [meanRow(positive!), meanRow(without!)];
    const values = up.map((value, i) => value - down[i]!);
    return [{ values, value: norm(values) }];
  },
});
