/** A Gaussian in one dimension, its variance by the logarithm. */
export interface Gaussian {
  readonly mean: number;
  readonly logVariance: number;
}

/**
 * KL(p ‖ q) of two Gaussians in nats: ½·(ln v_q − ln v_p + (v_p + (μ_p − μ_q)²)/v_q − 1).
 * The distance of one step of the chain from its posterior. Ho et al. 2020, arXiv:2006.11239, Equation 5.
 *
 * @example
 * import { normalKl } from 'langevin/diffusion';
 * normalKl({ mean: 1, logVariance: 0 }, { mean: 0, logVariance: 0 }); // → 0.5
 */
export function normalKl(p: Gaussian, q: Gaussian): number {
  const square = (p.mean - q.mean) ** 2 * Math.exp(-q.logVariance);
  return 0.5 * (q.logVariance - p.logVariance + Math.exp(p.logVariance - q.logVariance) + square - 1);
}

/** ln N(value; mean, variance): what a decoder of values that are not rounded says. */
export function gaussianLogDensity(value: number, { mean, logVariance }: Gaussian): number {
  return -0.5 * (Math.log(2 * Math.PI) + logVariance + (value - mean) ** 2 * Math.exp(-logVariance));
}

export interface DiscretisedOptions {
  /** Values in [−1, 1] that the data can have: 256 for bytes. */
  readonly values?: number;
  /**
   * Φ itself, or ½·(1 + tanh(√(2/π)·(z + 0.044715·z³))) with probabilities not below 10⁻¹² as published programs compute
   * it; the two differ by less than 3·10⁻⁴ in Φ.
   */
  readonly cdf?: 'exact' | 'tanh';
}

/**
 * ln of the probability that a Gaussian gives to the bin of a rounded value in [−1, 1]; the first and the last bin reach
 * to infinity. Ho et al. 2020, arXiv:2006.11239, Equation 13.
 *
 *   ln ∫_{x − δ}^{x + δ} N(u; μ, σ²) du,   δ = 1/(values − 1)
 *
 * @example
 * import { discretisedLogLikelihood } from 'langevin/diffusion';
 * discretisedLogLikelihood(0.2, { mean: 0.2, logVariance: -30 }); // → 0
 */
export function discretisedLogLikelihood(
  value: number,
  { mean, logVariance }: Gaussian,
  { values = 256, cdf = 'exact' }: DiscretisedOptions = {},
): number {
  const delta = 1 / (values - 1);
  const r = Math.exp(-0.5 * logVariance);
  const low = value < -1 + delta ? -Infinity : (value - delta - mean) * r;
  const high = value > 1 - delta ? Infinity : (value + delta - mean) * r;
  if (cdf === 'exact') return logNormalInterval(low, high);
  return Math.log(Math.max(tanhCdf(high) - tanhCdf(low), 1e-12));
}

const tanhCdf = (z: number): number => 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));

/** ln(Φ(b) − Φ(a)) for a < b, exact in the far tails and for narrow intervals: there it is ln(b − a) − m²/2 − ln √2π. */
export function logNormalInterval(a: number, b: number): number {
  if (a > 0) return logNormalInterval(-b, -a); // the tail where Φ is small keeps its digits
  const [width, middle] = [b - a, (a + b) / 2];
  if (width * Math.hypot(1, middle) < 1e-5) return Math.log(width) - middle ** 2 / 2 - Math.log(2 * Math.PI) / 2;
  if (b > 0) return Math.log1p(-Math.exp(logNormalCdf(a)) - Math.exp(logNormalCdf(-b)));
  const [low, high] = [logNormalCdf(a), logNormalCdf(b)];
  return high === -Infinity ? high : high + Math.log(-Math.expm1(low - high));
}

/** ln Φ(z) for z ≤ 0: series near 0, continued fraction far out. Abramowitz & Stegun 7.1.6 and 7.1.14. */
function logNormalCdf(z: number): number {
  if (z === -Infinity) return -Infinity;
  const x = -z / Math.SQRT2;
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 60; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return Math.log(0.5 - (sum * Math.exp(-x * x)) / Math.sqrt(Math.PI));
  }
  let fraction = 0;
  for (let n = 100; n > 0; n--) fraction = n / 2 / (x + fraction);
  return -x * x - Math.log(2 * Math.sqrt(Math.PI) * (x + fraction));
}
