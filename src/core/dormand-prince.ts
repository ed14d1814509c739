/**
 * The pair of Runge–Kutta rules of orders 5 and 4 that shares its seven stages, for every solver that keeps to a
 * tolerance. Dormand & Prince 1980, "A family of embedded Runge–Kutta formulae" (J. Comp. Appl. Math. 6:1), Table 2.
 *
 * Row i of `tableau` weighs the slopes before stage i, which stands at `nodes[i]` of the step. The last row is the answer
 * of order 5, so that the last stage is the first of the next step; `difference` is what the answer of order 4 lacks.
 */
export const dormandPrincePair = {
  nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
  tableau: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ],
  difference: [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40],
} as const satisfies Readonly<Record<string, readonly (number | readonly number[])[]>>;
