/**
 * The mean of a smooth function over the coming interval out of its values at past equal ones, most recent first.
 * Liu et al. 2022, arXiv:2202.09778, Equation 12, for the longest; Hairer, Nørsett & Wanner, "Solving Ordinary
 * Differential Equations I", Section III.1, for all.
 */
export const adamsBashforth: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];
