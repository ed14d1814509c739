export interface PidOptions {
  readonly proportional: number;
  readonly integral: number;
  readonly differential: number;
  /** Order by which the error of one step falls with its length. */
  readonly order: number;
  /** Least factor of a step that is accepted. */
  readonly safety: number;
}

export interface Verdict {
  readonly accepted: boolean;
  /** What the length of the next try is multiplied by. */
  readonly factor: number;
}

/**
 * Step control by the last three errors, each in units of what is tolerated:
 *
 *   f = e^{−b₁}·e_prev^{−b₂}·e_prev2^{−b₃},   b₁ = (p + i + d)/k,  b₂ = −(p + 2d)/k,  b₃ = d/k
 *
 * limited to 1 + atan(f − 1). Accepted when that is at least `safety`; only accepted errors are remembered.
 * Söderlind 2003, "Digital filters in adaptive time-stepping" (ACM TOMS 29:1), Equation 31 and Section 6.
 */
export function pidControl({ proportional: p, integral: i, differential: d, order, safety }: PidOptions) {
  const [b1, b2, b3] = [(p + i + d) / order, -(p + 2 * d) / order, d / order];
  let past: readonly [number, number] | null = null;
  return (error: number): Verdict => {
    const inverse = 1 / (error + 1e-8); // an error of 0 is no licence for an infinite step
    const [last, before] = past ?? [inverse, inverse];
    const factor = 1 + Math.atan(inverse ** b1 * last ** b2 * before ** b3 - 1);
    const accepted = factor >= safety;
    if (accepted) past = [inverse, last];
    return { accepted, factor };
  };
}
