import { ToolkitError } from '../../core/errors.js';
import { integer, number } from '../../core/options.js';
import { kinds } from '../kind.js';
import { defineSchedule } from '../schedule.js';

/**
 * The cosine schedule for large pictures: shifted as for a small one where noise rules, as for a larger one near data.
 *
 *   λ(t) = −2·ln tan(θ₀ + t·(θ₁ − θ₀)) + 2·(t·ln(d_low/d) + (1 − t)·ln(d_high/d)),
 *   θ₀ = arctan e^{−λ_max/2},   θ₁ = arctan e^{−λ_min/2}
 *
 * d is the size of the pictures, d_low and d_high sizes for which the plain schedule would be right.
 * Hoogeboom et al. 2023 (simple diffusion), arXiv:2301.11093, Section 2.1 and Appendix B. With d_low = d_high it is the
 * shifted cosine schedule of its Equation 4.
 *
 * @example
 * import { cosineInterpolated } from 'langevin/diffusion';
 * cosineInterpolated({ size: 256, low: 64, high: 64 }).logSnr(0.5); // → -2 * Math.log(4)
 */
export const cosineInterpolated = defineSchedule({
  name: 'cosine-interpolated',
  kind: 'variance-preserving',
  options: {
    size: integer({ default: 64, min: 1, help: 'd: pixels along an edge of the pictures.' }),
    low: integer({ default: 32, min: 1, help: 'd_low: the size whose noise is right at t = 1.' }),
    high: integer({ default: 64, min: 1, help: 'd_high: the size whose noise is right at t = 0.' }),
    logSnrMax: number({ default: 15, min: 0, max: 40, help: 'λ of the plain schedule at t = 0.' }),
    logSnrMin: number({ default: -15, min: -40, max: 0, help: 'λ of the plain schedule at t = 1.' }),
  },
  curves({ size, low, high, logSnrMax, logSnrMin }) {
    if (low > high || logSnrMin === logSnrMax) {
      const got = low > high ? `low = ${low}, high = ${high}` : `both bounds of the log-SNR ${logSnrMax}`;
      throw new ToolkitError(
        'bad-option',
        `cosine-interpolated: need low ≤ high and logSnrMin < logSnrMax, got ${got}.`,
      );
    }
    const [first, last] = [Math.atan(Math.exp(-logSnrMax / 2)), Math.atan(Math.exp(-logSnrMin / 2))];
    const span = last - first;
    const theta = (t: number): number => first + t * span;
    const shift = (t: number): number => 2 * (t * Math.log(low / size) + (1 - t) * Math.log(high / size));
    const logSnr = (t: number): number => -2 * Math.log(Math.tan(theta(t))) + shift(t);
    const slope = (t: number): number => (-4 * span) / Math.sin(2 * theta(t)) + 2 * Math.log(low / high); // λ′
    const { level } = kinds['variance-preserving'];
    return {
      alpha: (t) => level(logSnr(t)).alpha,
      sigma: (t) => level(logSnr(t)).sigma,
      logSnr,
      drift: (t) => (level(logSnr(t)).sigma ** 2 * slope(t)) / 2,
    };
  },
});
