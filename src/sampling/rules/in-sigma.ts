import { choice } from '../../core/options.js';
import type { Level } from '../../diffusion/level.js';
import type { Step } from '../sampler.js';

/** For the rules that torch programs carry out on σ at α = 1. */
export const arithmeticOption = {
  arithmetic: choice(['float64', 'float32'], {
    default: 'float64',
    help:
      'Whether a step is one combination, rounded once, or at α = 1 slope, product and sum apart, as torch programs ' +
      'round them; the second agrees with them in the last digits, which are few where σ is large.',
  }),
} as const;

/** Whether a step is taken operation by operation. */
export const stepwise = ({ arithmetic }: { readonly arithmetic: string }, ...levels: readonly Level[]): boolean =>
  arithmetic === 'float32' && levels.every(({ alpha }) => alpha === 1);

interface Slope<X> {
  readonly x: X;
  readonly denoised: X;
  readonly sigma: number;
  readonly lincomb: Step<X>['lincomb'];
}

/** dx/dσ = (x − D)/σ: a difference and a quotient. */
export const slopeInSigma = <X>({ x, denoised, sigma, lincomb }: Slope<X>): X =>
  lincomb([1 / sigma, lincomb([1, x], [-1, denoised])]);

interface Move<X> {
  readonly x: X;
  readonly slope: X;
  readonly from: number;
  readonly to: number;
  readonly lincomb: Step<X>['lincomb'];
}

/** x + (σ′ − σ)·slope: a product and a sum. */
export const moveInSigma = <X>({ x, slope, from, to, lincomb }: Move<X>): X =>
  lincomb([1, x], [1, lincomb([Math.fround(to - from), slope])]);
