import type { Grid } from '../../diffusion/grid.js';

/** How many training levels have ln(α/σ) ≥ `lambdaMin`: the noisier ones are not to be visited. */
export function visitable({ grid, lambdaMin }: { readonly grid: Grid; readonly lambdaMin: number | null }): number {
  if (lambdaMin === null || lambdaMin === -Infinity) return grid.count;
  let total = grid.count;
  while (total > 1 && lambda(grid, total - 1) < lambdaMin) total--;
  return total;
}

const lambda = (grid: Grid, index: number): number => {
  const { alpha, sigma } = grid.level(index);
  return Math.log(alpha / sigma);
};
