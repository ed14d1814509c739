/** Points per panel: exact for polynomials of degree 31. */
const points = 16;

/** Roots of the Legendre polynomial P₁₆ and their weights 2/((1 − z²)·P′(z)²): Abramowitz & Stegun 1964, 25.4.29. */
const rule: readonly (readonly [node: number, weight: number])[] = Array.from({ length: points }, (_, i) => {
  let z = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5));
  let slope = 1;
  for (let round = 0; round < 8; round++) {
    let [previous, value] = [0, 1];
    for (let k = 1; k <= points; k++) [previous, value] = [value, ((2 * k - 1) * z * value - (k - 1) * previous) / k];
    slope = (points * (z * value - previous)) / (z * z - 1); // (z² − 1)·P′ = n·(z·P − P_{n−1})
    z -= value / slope;
  }
  return [z, 2 / ((1 - z * z) * slope ** 2)];
});

export interface QuadratureOptions {
  readonly from: number;
  readonly to: number;
  /** Equal parts into which the range is cut. */
  readonly panels?: number;
}

/** ∫ f, by Gauss's rule of sixteen points on each panel. */
export function integrate(f: (u: number) => number, { from, to, panels = 1 }: QuadratureOptions): number {
  const half = (to - from) / (2 * panels);
  let sum = 0;
  for (let panel = 0; panel < panels; panel++) {
    const middle = from + (2 * panel + 1) * half;
    for (const [node, weight] of rule) sum += weight * f(middle + half * node);
  }
  return half * sum;
}

/** ℓᵢ(u) = Π_{j ≠ i} (u − uⱼ)/(uᵢ − uⱼ): 1 at node i, 0 at the others. */
export const lagrange = (nodes: readonly number[], i: number, u: number): number =>
  nodes.reduce((product, node, j) => (j === i ? product : (product * (u - node)) / (nodes[i]! - node)), 1);
