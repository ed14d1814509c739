import { number } from '../../core/options.js';
import { defineSchedule } from '../schedule.js';

/**
 * The signal falls along a quarter of a cosine: slowly at both ends.
 *
 *   α(t) = cos φ(t) / cos φ(0),   φ(t) = π/2 · (t + s) / (1 + s),
 *   σ²(t) = sin(φ(t) − φ(0))·sin(φ(t) + φ(0)) / cos² φ(0),   f = −φ′·tan φ
 *
 * Nichol & Dhariwal 2021, arXiv:2102.09672, Equation 17 (their ᾱ is our α²).
 *
 * @example
 * import { cosine } from 'langevin/diffusion';
 * cosine({ offset: 0 }).alpha(0.5) ** 2; // → 0.5
 */
export const cosine = defineSchedule({
  name: 'cosine',
  kind: 'variance-preserving',
  options: {
    offset: number({ default: 0.008, min: 0, max: 0.5, help: 'Keeps the first steps from being too small to matter.' }),
  },
  curves({ offset }) {
    const slope = Math.PI / 2 / (1 + offset);
    const phase = (t: number): number => ((Math.PI / 2) * (t + offset)) / (1 + offset);
    const start = phase(0);
    return {
      alpha: (t) => Math.cos(phase(t)) / Math.cos(start),
      sigma: (t) => Math.sqrt(Math.sin(slope * t) * Math.sin(phase(t) + start)) / Math.cos(start),
      drift: (t) => -slope * Math.tan(phase(t)),
    };
  },
});
