import { show, ToolkitError } from '../../core/errors.js';

export interface BetaOptions {
  readonly a: number;
  readonly b: number;
}

/**
 * The quantile function of the beta distribution: the x with I_x(a, b) = p, where
 *
 *   I_x(a, b) = ∫₀ˣ t^{a−1}(1 − t)^{b−1} dt / B(a, b)
 *
 * is the regularised incomplete beta function. Newton's steps, kept inside a shrinking bracket; the half of the
 * interval with more than half of the mass is reached by the symmetry I_x(a, b) = 1 − I_{1−x}(b, a), which keeps small
 * x accurate in relative terms.
 */
export function betaQuantile(p: number, { a, b }: BetaOptions): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0)) {
    throw new ToolkitError('bad-option', `betaQuantile: need p in [0, 1] and a, b > 0, got ${show([p, a, b])}.`);
  }
  if (p === 0 || p === 1) return p;
  const half = betaIntegral(0.5, { a, b });
  return p <= half ? lowerQuantile(p, { a, b }) : 1 - lowerQuantile(1 - p, { a: b, b: a });
}

/** The quantile where it is at most ½, found in ln x, along which the integral is nearly a power there. */
function lowerQuantile(p: number, { a, b }: BetaOptions): number {
  const norm = logBeta(a, b);
  let [low, high] = [-745, Math.log(0.5)];
  let y = Math.min(high, (Math.log(p * a) + norm) / a); // I_x ≈ x^a/(a·B) for small x
  for (let i = 0; i < 100; i++) {
    const x = Math.exp(y);
    const excess = betaIntegral(x, { a, b }) - p;
    if (excess > 0) high = y;
    else low = y;
    const slope = Math.exp(a * y + (b - 1) * Math.log1p(-x) - norm); // dI/d ln x
    const next = y - excess / slope;
    const moved = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(moved - y) < 1e-15 * Math.max(1, Math.abs(y))) return Math.exp(moved);
    y = moved;
  }
  return Math.exp(y);
}

/**
 * I_x(a, b), by Lentz's evaluation of the continued fraction (DLMF 8.17.22), on the side of its mean where it converges
 * fast.
 *
 * @example
 * import { betaIntegral } from 'langevin/sampling';
 * betaIntegral(0.25, { a: 1, b: 1 }); // → 0.25
 */
export function betaIntegral(x: number, { a, b }: BetaOptions): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaIntegral(1 - x, { a: b, b: a });
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a;
  let [c, d] = [1, 1 / (1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const coefficient of [even, odd]) {
      d = 1 / (1 + coefficient * d);
      c = 1 + coefficient / c;
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b). */
const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) above 10, carried down by Γ(x + 1) = x·Γ(x). */
function logGamma(x: number): number {
  let [shifted, product] = [x, 1];
  while (shifted < 10) product *= shifted++;
  const inverse = 1 / shifted ** 2;
  const series = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
  const tail = series.reduceRight((sum, coefficient) => sum * inverse + coefficient, 0) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2 + tail - Math.log(product);
}
