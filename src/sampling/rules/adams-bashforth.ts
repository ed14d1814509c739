export interface MultistepMean {
  /** Whole numbers, for the most recent value first. */
  readonly parts: readonly number[];
  readonly of: number;
}

/**
 * The mean of a smooth function over the coming interval out of its values at past equal ones, most recent first.
 * Liu et al. 2022, arXiv:2202.09778, Equation 12, for the longest; Hairer, Nørsett & Wanner, "Solving Ordinary
 * Differential Equations I", Section III.1, for all.
 */
export const adamsBashforth: readonly MultistepMean[] = [
  { parts: [1], of: 1 },
  { parts: [3, -1], of: 2 },
  { parts: [23, -16, 5], of: 12 },
  { parts: [55, -59, 37, -9], of: 24 },
];
