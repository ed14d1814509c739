import { choice } from '../../../core/options.js';
import type { Term } from '../../../core/space.js';
import { between, halfLogSnr, type Level } from '../../../diffusion/level.js';
import { adamsBashforth } from '../../adams-bashforth.js';
import { noiseOf } from '../../noise-of.js';
import { defineSampler, type Past } from '../../sampler.js';

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
 * Liu et al. 2022, arXiv:2202.09778, Equations 11 to 13 and Algorithm 2; `heun` is PLMS as latent diffusion has it, and
 * `skip_prk_steps` of diffusers. The order is two, whatever the length of the formula: the weights take the steps to be
 * equal in time, φ is exact in σ/α (Section 3.4 there). diffusers averages v in the place of n for models that predict v
 * and turns the mean into noise at the start of the step; `slope: velocity` does the same and is of first order.
 *
 * The start of Runge and Kutta takes four evaluations in each of three steps and moves x by noise from elsewhere, which
 * divides by α: between levels next to pure noise it diverges, and `heun` or the sampler `ipndm` is the better choice. A
 * step from pure noise itself, α = 0, and a step of the start that ends without noise are Euler's. Half-way is the middle
 * in log-SNR unless the steps prescribe other levels.
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
  },
  async step({ x, from, to, via, history, denoise, lincomb }, { start, slope }) {
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma;
    const euler = { x: lincomb([r, x], [to.alpha - from.alpha * r, denoised]), denoised };
    const starting = history.length < (start === 'heun' ? 1 : 3);
    if (from.alpha === 0 || (starting && to.sigma === 0)) return euler;

    type X = typeof x;
    const slopeAt = async (u: X, level: Level): Promise<X> =>
      slopeOf({ x: u, level, denoised: await denoise(u, level) }, slope, lincomb);
    const phi = (origin: Level, target: Level, mean: readonly Term<X>[]): X => {
      const c = target.sigma - (target.alpha * origin.sigma) / origin.alpha;
      const { kept, gain } = noiseOfSlope(origin, slope);
      return lincomb([target.alpha / origin.alpha + c * kept, x], ...mean.map(([w, k]) => [c * gain * w, k] as const));
    };
    const k1 = slopeOf({ x, level: from, denoised }, slope, lincomb);

    if (!starting) {
      const weights = adamsBashforth[history.length]!;
      const slopes = [k1, ...history.map((past) => slopeOf(past, slope, lincomb))];
      return {
        x: phi(
          from,
          to,
          slopes.map((k, i) => [weights[i]!, k] as const),
        ),
        denoised,
      };
    }
    if (start === 'heun') {
      const [origin = from, end = to] = via;
      const k2 = await slopeAt(euler.x, end);
      return {
        x: phi(origin, end, [
          [1 / 2, k1],
          [1 / 2, k2],
        ]),
        denoised,
      };
    }
    const [reached = halfWay(from, to), asked = reached] = via;
    const k2 = await slopeAt(phi(from, reached, [[1, k1]]), asked);
    const k3 = await slopeAt(phi(from, asked, [[1, k2]]), asked);
    const k4 = await slopeAt(phi(from, to, [[1, k3]]), to);
    return {
      x: phi(from, to, [
        [1 / 6, k1],
        [1 / 3, k2],
        [1 / 3, k3],
        [1 / 6, k4],
      ]),
      denoised,
    };
  },
});

/** The middle of an interval in log-SNR. */
const halfWay = (from: Level, to: Level): Level =>
  between({ from, to, lambda: (halfLogSnr(from) + halfLogSnr(to)) / 2 });

type Slope = 'noise' | 'velocity';

/** n, or v = a·n − s·D with a/s = α/σ and a² + s² = 1, at a place. */
function slopeOf<X>(past: Past<X>, slope: Slope, lincomb: (...terms: readonly Term<X>[]) => X): X {
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
