/** One picture as an attribute's output sees it: the logit, and whether the attribute is there. */
export interface Judged {
  readonly score: number;
  readonly has: boolean;
}

/**
 * Area under precision over recall: AP = Σ_n (R_n − R_{n−1})·P_n over falling thresholds, equal scores taken together.
 * 1 for a perfect order, about the share of those that have it for a random one. Null where all have it or none.
 *
 * @example
 * import { averagePrecision } from 'langevin/training';
 * averagePrecision([{ score: 2, has: true }, { score: 1, has: false }, { score: 0, has: true }]); // → 0.8333333333333333
 */
export function averagePrecision(judged: readonly Judged[]): number | null {
  const total = judged.filter(({ has }) => has).length;
  if (total === 0 || total === judged.length) return null;
  const falling = [...judged].sort((a, b) => b.score - a.score);
  let [area, found, before] = [0, 0, 0];
  for (const [i, { score, has }] of falling.entries()) {
    if (has) found += 1;
    if (falling[i + 1]?.score === score) continue;
    area += ((found - before) / total) * (found / (i + 1));
    before = found;
  }
  return area;
}

/**
 * The mean of the share of those that have it told so and the share of those that have it not told so, at the threshold
 * 0 of the logit: ½ for guessing, whatever their numbers. Null where one side is empty.
 */
export function balancedAccuracy(judged: readonly Judged[]): number | null {
  const shares = [true, false].map((side) => {
    const some = judged.filter(({ has }) => has === side);
    return some.filter(({ score }) => score > 0 === side).length / some.length;
  });
  const mean = (shares[0]! + shares[1]!) / 2;
  return Number.isNaN(mean) ? null : mean;
}
