import { between, halfLogSnr, type Level } from '../../diffusion/level.js';
import type { Step, StepResult } from '../sampler.js';
import { moveInSigma, slopeInSigma, stepwise } from './in-sigma.js';
import { noiseOf } from './noise-of.js';

export interface MidpointOptions<X> extends Pick<Step<X>, 'x' | 'from' | 'to' | 'denoise' | 'lincomb'> {
  /** The level between, where it is prescribed. */
  readonly via: Level | undefined;
  readonly arithmetic: 'float64' | 'float32';
}

/**
 * Midpoint rule on the probability-flow ODE d(x/α) = n·dρ, ρ = σ/α, with the middle in λ = −ln ρ.
 *
 *   x_m = (σ_m/σ)·x + (α_m − α·σ_m/σ)·D,       λ_m = (λ + λ′)/2
 *   x′  = (α′/α)·x + (σ′ − α′·σ/α)·n_m,        D_m = D(x_m; α_m, σ_m),  n_m = (x_m − α_m·D_m)/σ_m
 *
 * A step without noise at its end, or without signal at its start, has no middle in λ and is Euler's.
 */
export async function midpoint<X>(options: MidpointOptions<X>): Promise<StepResult<X>> {
  const { x, from, to, via, denoise, lincomb } = options;
  const denoised = await denoise(x, from);
  const lambda = (halfLogSnr(from) + halfLogSnr(to)) / 2;
  const middle = Number.isFinite(lambda) ? (via ?? between({ from, to, lambda })) : null;
  if (stepwise(options, from, to)) return inSigma({ ...options, denoised, middle });
  if (middle === null) {
    const r = to.sigma / from.sigma;
    return { x: lincomb([r, x], [to.alpha - from.alpha * r, denoised]), denoised };
  }
  const r = middle.sigma / from.sigma;
  const half = lincomb([r, x], [middle.alpha - from.alpha * r, denoised]);
  const denoisedHalf = await denoise(half, middle);
  const n = noiseOf({ x: half, level: middle, denoised: denoisedHalf }, lincomb);
  const carry = to.alpha / from.alpha;
  return { x: lincomb([carry, x], [to.sigma - carry * from.sigma, n]), denoised };
}

interface InSigma<X> extends MidpointOptions<X> {
  readonly denoised: X;
  readonly middle: Level | null;
}

/** The same at α = 1, operation by operation. */
async function inSigma<X>({ x, from, to, middle, denoised, denoise, lincomb }: InSigma<X>): Promise<StepResult<X>> {
  const slope = slopeInSigma({ x, denoised, sigma: from.sigma, lincomb });
  const end = { from: from.sigma, to: to.sigma, lincomb };
  if (middle === null) return { x: moveInSigma({ x, slope, ...end }), denoised };
  const sigma = middleInFloat32(from.sigma, to.sigma);
  const half = moveInSigma({ x, slope, from: from.sigma, to: sigma, lincomb });
  const denoisedHalf = await denoise(half, { ...middle, sigma });
  const slopeHalf = slopeInSigma({ x: half, denoised: denoisedHalf, sigma, lincomb });
  return { x: moveInSigma({ x, slope: slopeHalf, ...end }), denoised };
}

/** √(σ·σ′) by the mean of logarithms, of which float32 keeps six digits where σ is large. */
function middleInFloat32(sigma: number, sigmaNext: number): number {
  const { exp, fround, log } = Math;
  const [a, b] = [fround(log(sigmaNext)), fround(log(sigma))];
  return fround(exp(fround(b - fround(fround(b - a) / 2))));
}
