import type { Level } from '../src/diffusion/level.js';

/** One bell of a mixture on the line. */
export interface Bell {
  readonly mean: number;
  readonly sd: number;
  readonly weight: number;
}

export interface MixtureData {
  /** E[clean | x] at a level. */
  readonly expected: (x: number, level: Level) => number;
  /** The probability that x at a level is smaller; the probability-flow ODE keeps it, since paths on a line never cross. */
  readonly below: (x: number, level: Level) => number;
}

/** Everything about data ~ Σ weight·N(mean, sd²) in closed form: at a level, each bell is N(α·mean, α²sd² + σ²). */
export function mixtureData(bells: readonly Bell[]): MixtureData {
  const at = ({ alpha, sigma }: Level) =>
    bells.map(({ mean, sd, weight }) => ({ mean, sd, weight, center: alpha * mean, s: Math.hypot(alpha * sd, sigma) }));
  return {
    expected(x, level) {
      let [sum, total] = [0, 0];
      for (const { mean, sd, weight, center, s } of at(level)) {
        const density = (weight / s) * Math.exp(-(((x - center) / s) ** 2) / 2);
        total += density;
        sum += density * (mean + ((level.alpha * sd ** 2) / s ** 2) * (x - center));
      }
      return sum / total;
    },
    below: (x, level) =>
      at(level).reduce((sum, { weight, center, s }) => sum + weight * normalBelow((x - center) / s), 0),
  };
}

/** Φ(z), by Simpson's rule on the density from 0: ten digits for |z| < 8. */
function normalBelow(z: number): number {
  const panels = 400;
  const density = (u: number): number => Math.exp(-(u ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const h = z / panels;
  let sum = density(0) + density(z);
  for (let i = 1; i < panels; i++) sum += (i % 2 === 0 ? 2 : 4) * density(i * h);
  return 0.5 + (sum * h) / 3;
}
