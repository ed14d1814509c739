import { choice } from '../../../core/options.js';
import type { Term } from '../../../core/space.js';
import { between, halfLogSnr, type Level } from '../../../diffusion/level.js';
import { adamsBashforth } from '../../rules/adams-bashforth.js';
import { noiseOf } from '../../rules/noise-of.js';
import { defineSampler, type Past, type Step } from '../../sampler.js';

/**
 * Pseudo-numerical method for diffusion models (PNDM, also F-PNDM or PLMS): classical rules for the mean noise n̄ of an
 * interval, moved by the rule of DDIM.
 *
 *   φ(x, n̄): x′ = (α′/α)·x + (σ′ − α′·σ/α)·n̄
 *   from the fourth step on:  n̄ = (55n − 59n₁ + 37n₂ − 9n₃)/24
 *   before, runge-kutta:      n̄ = (k₁ + 2k₂ + 2k₃ + k₄)/6,  k₂ and k₃ half-way
 *   before, heun:             n̄ = (n + ñ)/2 in the first step, ñ at the end of Euler's; then Adams and Bashforth's
 *                             weights of two and of three terms
 *
 * Liu et al. 2022, arXiv:2202.09778, Equations 9, 12 and 13 and Algorithm 2; `heun` is PLMS as latent diffusion has it,
 * and `skip_prk_steps` of diffusers. The order is two, whatever the length of the formula: the weights take the steps
 * to be equal in time, φ is exact in σ/α (the paper proves it). diffusers averages v in the place of n for models that
 * predict v and turns the mean into noise at the start of the step; `slope: velocity` does the same and is of first
 * order.
 *
 * The start of Runge and Kutta takes four evaluations in each of three steps and moves x by noise from elsewhere, which
 * divides by α: between levels next to pure noise it diverges, and `heun` or the sampler `ipndm` is the better choice.
 * A step from pure noise itself, α = 0, a step of the start that ends without noise, and with `heun` one step alone are
 * Euler's. Half-way is the middle in log-SNR unless the steps prescribe other levels.
 *
 * @example
 * import { pndm } from 'langevin/sampling';
 * pndm({ start: 'runge-kutta' }).options.slope; // → 'noise'
 */
export const pndm = defineSampler({
  name: 'pndm',
  order: 2,
  evaluations: 1,
  memory: 3,
  exempt: {
    evaluations: 'the first step takes two evaluations, or the first three four each, which a test of its own counts',
  },
  options: {
    start: choice(['heun', 'runge-kutta'], {
      default: 'heun',
      help: 'Two evaluations in the first step, or four in each of the first three.',
    }),
    slope: choice(['noise', 'velocity'], {
      default: 'noise',
      help: 'What is averaged: the noise; or v, of first order, as diffusers has it.',
    }),
    arithmetic: choice(['float64', 'float32'], {
      default: 'float64',
      help: 'Whether φ is rounded after every operation, as torch programs do, on levels with α² + σ² = 1.',
    }),
  },
  async step({ x, from, to, via, count, history, denoise, lincomb }, { start, slope, arithmetic }) {
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma;
    const euler = { x: lincomb([r, x], [to.alpha - from.alpha * r, denoised]), denoised };
    const starting = history.length < (start === 'heun' ? 1 : 3);
    if (from.alpha === 0 || (starting && to.sigma === 0)) return euler;

    type X = typeof x;
    const slopeAt = async (u: X, level: Level): Promise<X> =>
      slopeOf({ x: u, level, denoised: await denoise(u, level) }, slope, lincomb);
    const here = { x, level: from, denoised };
    const k1 = slopeOf(here, slope, lincomb);
    const phi = (origin: Level, target: Level, mean: Mean<X>): X =>
      (arithmetic === 'float32' ? movedFloat32 : moved)({
        ...{ x, origin, target, mean, slope, lincomb },
        denoised: origin === from && mean.parts[0]![1] === k1 ? denoised : null,
      });

    if (!starting) {
      const { parts, of } = adamsBashforth[history.length]!;
      const slopes = [k1, ...history.map((past) => slopeOf(past, slope, lincomb))];
      return { x: phi(from, to, { parts: slopes.map((k, i) => [parts[i]!, k] as const), of }), denoised, past: here };
    }
    const alone = (k: X): Mean<X> => ({ parts: [[1, k]], of: 1 });
    if (start === 'heun' && count === 1) return { ...euler, x: phi(from, to, alone(k1)) };
    if (start === 'heun') {
      const [origin = from, end = to] = via;
      const predicted = arithmetic === 'float32' ? phi(from, to, alone(k1)) : euler.x; // the same but for rounding
      const k2 = await slopeAt(predicted, end);
      return {
        x: phi(origin, end, {
          parts: [
            [1, k1],
            [1, k2],
          ],
          of: 2,
        }),
        denoised,
        past: here,
      };
    }
    const [reached = halfWay(from, to), asked = reached] = via;
    const k2 = await slopeAt(phi(from, reached, alone(k1)), asked);
    const k3 = await slopeAt(phi(from, asked, alone(k2)), asked);
    const k4 = await slopeAt(phi(from, to, alone(k3)), to);
    const weights = [1 / 6, 1 / 3, 1 / 3, 1 / 6];
    const mean = { parts: [k1, k2, k3, k4].map((k, i) => [weights[i]!, k] as const), of: 1 };
    return { x: phi(from, to, mean), denoised, past: here };
  },
});

/** Σ parts / of. */
interface Mean<X> {
  readonly parts: readonly Term<X>[];
  readonly of: number;
}

interface Move<X> {
  readonly x: X;
  readonly origin: Level;
  readonly target: Level;
  /** Its first part is the slope at x. */
  readonly mean: Mean<X>;
  readonly slope: Slope;
  /** D(x; origin), or null where x does not stand at `origin`. */
  readonly denoised: X | null;
  readonly lincomb: Step<X>['lincomb'];
}

/**
 * φ in one combination. Noise at the start of the step counts as D and as what the mean has beyond it,
 *
 *   x′ = (σ′/σ)·x + (α′ − α·σ′/σ)·D + (σ′ − α′·σ/α)·(n̄ − n),
 *
 * so that next to pure noise, where 1/α is large, only the small difference is multiplied by it.
 */
function moved<X>({ x, origin, target, mean, slope, denoised, lincomb }: Move<X>): X {
  const c = target.sigma - (target.alpha * origin.sigma) / origin.alpha;
  if (slope === 'noise' && denoised !== null) {
    const r = target.sigma / origin.sigma;
    const beyond = mean.parts.map(([w, k], i) => [c * (w / mean.of - (i === 0 ? 1 : 0)), k] as const);
    return lincomb([r, x], [target.alpha - origin.alpha * r, denoised], ...beyond);
  }
  const { kept, gain } = noiseOfSlope(origin, slope);
  const parts = mean.parts.map(([w, k]) => [(c * gain * w) / mean.of, k] as const);
  return lincomb([target.alpha / origin.alpha + c * kept, x], ...parts);
}

/**
 * φ as diffusers computes it, rounded after every operation; ᾱ is α².
 *
 *   √(ᾱ′/ᾱ)·x − (ᾱ′ − ᾱ)·n̄/(ᾱ·√(1 − ᾱ′) + √(ᾱ·(1 − ᾱ)·ᾱ′))
 */
function movedFloat32<X>({ x, origin, target, mean, slope, lincomb }: Move<X>): X {
  const { fround, sqrt } = Math;
  const [bar, barNext] = [fround(origin.alpha ** 2), fround(target.alpha ** 2)];
  const [rest, restNext] = [fround(1 - bar), fround(1 - barNext)];
  const sum = mean.parts
    .map(([w, k]) => lincomb([fround(w), k]))
    .reduce((total, part) => lincomb([1, total], [1, part]));
  const k = mean.of === 1 ? sum : lincomb([1 / mean.of, sum]);
  const [a, s] = [fround(sqrt(bar)), fround(sqrt(rest))];
  const n = slope === 'noise' ? k : lincomb([1, lincomb([a, k])], [1, lincomb([s, x])]);
  const below = fround(fround(bar * fround(sqrt(restNext))) + fround(sqrt(fround(fround(bar * rest) * barNext))));
  const change = lincomb([1 / below, lincomb([fround(barNext - bar), n])]);
  return lincomb([1, lincomb([fround(sqrt(fround(barNext / bar))), x])], [-1, change]);
}

/** The middle of an interval in log-SNR. */
const halfWay = (from: Level, to: Level): Level =>
  between({ from, to, lambda: (halfLogSnr(from) + halfLogSnr(to)) / 2 });

type Slope = 'noise' | 'velocity';

/** n, or v = a·n − s·D with a/s = α/σ and a² + s² = 1, at a place. */
function slopeOf<X>(past: Past<X>, slope: Slope, lincomb: Step<X>['lincomb']): X {
  const n = noiseOf(past, lincomb);
  if (slope === 'noise') return n;
  const { alpha, sigma } = past.level;
  const m = Math.hypot(alpha, sigma);
  return lincomb([alpha / m, n], [-sigma / m, past.denoised]);
}

/** n = gain·slope + kept·x at a level: the noise itself, or n = a·v + s·x/√(α² + σ²). */
function noiseOfSlope({ alpha, sigma }: Level, slope: Slope): { readonly gain: number; readonly kept: number } {
  const m = Math.hypot(alpha, sigma);
  return slope === 'noise' ? { gain: 1, kept: 0 } : { gain: alpha / m, kept: sigma / m ** 2 };
}
