import { ToolkitError } from '../../core/errors.js';
import { number } from '../../core/options.js';
import { defineSchedule } from '../schedule.js';

/**
 * ᾱ falls along a logistic curve s(u) = 1/(1 + e^{−u}), from `start` to `end`, and ends in pure noise.
 *
 *   α²(t) = (s(b) − s(u)) / (s(b) − s(a)),   u = a + t·(b − a),   a = start/τ,  b = end/τ
 *
 * Jabri et al. 2022, arXiv:2212.11972; Chen 2023, arXiv:2301.10972, Algorithm 1. Differences of logistic values are
 * written s(y) − s(x) = sinh((y − x)/2) / (2·cosh(x/2)·cosh(y/2)), which loses no digits, and y − x is t or 1 − t of
 * b − a, so that α(1) is 0.
 *
 * @example
 * import { sigmoidAlphaBar } from 'langevin/diffusion';
 * sigmoidAlphaBar().alpha(0.5) ** 2; // → 0.5
 */
export const sigmoidAlphaBar = defineSchedule({
  name: 'sigmoid-alpha-bar',
  kind: 'variance-preserving',
  options: {
    start: number({ default: -3, min: -20, max: 20, help: 'Where on the logistic curve the data is.' }),
    end: number({ default: 3, min: -20, max: 20, help: 'Where on the logistic curve pure noise is.' }),
    temperature: number({ default: 1, min: 0.1, max: 10, help: 'τ: smaller keeps pictures clear for longer.' }),
  },
  curves({ start, end, temperature }) {
    if (!(start < end)) {
      throw new ToolkitError('bad-option', `sigmoid-alpha-bar: need start < end, got start = ${start}, end = ${end}.`);
    }
    const [a, b] = [start / temperature, end / temperature];
    const u = (t: number): number => a + t * (b - a);
    const whole = rise(a, b, b - a);
    const left = (t: number): number => rise(u(t), b, (1 - t) * (b - a));
    return {
      alpha: (t) => Math.sqrt(left(t) / whole),
      sigma: (t) => Math.sqrt(rise(a, u(t), t * (b - a)) / whole),
      // f = ½·d ln α²/dt = −½·s′(u)·(b − a)/(s(b) − s(u)), s′ = 1/(4·cosh²(u/2))
      drift: (t) => -(b - a) / (8 * Math.cosh(u(t) / 2) ** 2) / left(t),
    };
  },
});

/** s(y) − s(x), given y − x. */
const rise = (x: number, y: number, width: number): number =>
  Math.sinh(width / 2) / (2 * Math.cosh(x / 2) * Math.cosh(y / 2));
