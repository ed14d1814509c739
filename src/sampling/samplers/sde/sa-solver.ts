import { choice, flag, integer, number } from '../../../core/options.js';
import type { Term } from '../../../core/space.js';
import { halfLogSnr, type Level } from '../../../diffusion/level.js';
import { corrected } from '../../rules/corrected.js';
import { exponentialWeights } from '../../rules/exponential-weights.js';
import { noiseOf } from '../../rules/noise-of.js';
import { defineSampler, type Past } from '../../sampler.js';

/**
 * Stochastic Adams solver (SA-Solver): Adams and Bashforth's predictor and Adams and Moulton's corrector for the family
 * of reverse SDEs of strength τ; τ = 0 is the probability-flow ODE, τ = 1 the SDE of ancestral sampling.
 *
 *   data:   x′ = (σ′/σ)·e^{−τ²h}·x + (1 + τ²)·α′·Σ bᵢ·Dᵢ + σ′·√(1 − e^{−2τ²h})·noise,    κ = 1 + τ²
 *   noise:  x′ = (α′/α)·x − (1 + τ²)·σ′·Σ bᵢ·nᵢ + τ·σ′·√(e^{2h} − 1)·noise,             κ = −1
 *   bᵢ = ∫_λ^λ′ e^{κ(u − λ′)}·ℓᵢ(u) du,    h = λ′ − λ,    λ = ln(α/σ)
 *
 * ℓᵢ are the Lagrange polynomials through the last `predictor` levels; the corrector takes the level reached and
 * `corrector − 1` before it, with the estimate that the next step needs anyway, and keeps the noise that was drawn.
 * Xue et al. 2023, arXiv:2309.05019, Section 4 and Algorithm 1.
 *
 * Where the polynomial is a straight line, `simple` puts h²/2 for ∫ e^{κ(u − λ′)}·(u − λ) du, as the authors' program
 * does for few steps; the order is the same. With τ = 0 and `corrector` = `predictor` + 1 this is UniPC with bh1.
 *
 * τ may be limited to a range of σ/α, by the level where a step starts: noise at much noise costs steps, noise at
 * little noise is what stays in the picture. The noise form has noise in it that grows with the step: take it for small
 * τ. A step from pure noise, or one that ends without noise, is of the data form and first order.
 *
 * @example
 * import { saSolver } from 'langevin/sampling';
 * saSolver({ predictor: 3, corrector: 4, tau: 0.6, sigmaMin: 0.05, sigmaMax: 1 }).memory; // → 4
 */
export const saSolver = defineSampler({
  name: 'sa-solver',
  order: 0.5,
  evaluations: 1,
  memory: 4,
  options: {
    tau: number({ default: 1, min: 0, max: 10, help: 'Strength of the noise: 0 is the ODE, 1 as much as DDPM.' }),
    sigmaMin: number({
      default: null,
      min: 0,
      help: 'No noise is added from levels of smaller σ/α; unlimited when not set.',
    }),
    sigmaMax: number({
      default: null,
      min: 0,
      help: 'No noise is added from levels of larger σ/α; unlimited when not set.',
    }),
    predictor: integer({ default: 2, min: 1, max: 4, help: 'Levels in the polynomial of the predictor.' }),
    corrector: integer({ default: 2, min: 0, max: 4, help: 'Levels in that of the corrector; 0 does not correct.' }),
    prediction: choice(['data', 'noise'], { default: 'data', help: 'What is taken to be a polynomial in λ.' }),
    simple: flag({ default: true, help: 'The simpler weights for polynomials through two levels, in the data form.' }),
    lowerOrderFinal: flag({ help: 'Fewer levels in the last steps, down to one.' }),
  },
  async step({ x: reached, from, to, index, count, history, denoise, lincomb, noise }, options) {
    const { tau: strength, sigmaMin, sigmaMax, prediction, simple } = options;
    const remaining = options.lowerOrderFinal ? count - index : Infinity;
    const denoised = await denoise(reached, from);
    const past = history.filter(({ level }) => level.alpha > 0);
    const tauAt = ({ alpha, sigma }: Level): number =>
      sigma >= (sigmaMin ?? 0) * alpha && sigma <= (sigmaMax ?? Infinity) * alpha ? strength : 0;

    type X = typeof reached;
    const gradient = (places: readonly Past<X>[], interval: Omit<WeightsOptions, 'nodes'>): readonly Term<X>[] => {
      const form = isPlain(interval) ? 'data' : prediction;
      const weights = weightsOf({ ...interval, nodes: places.map(({ level }) => level) }, { form, simple });
      return places.map((place, i) => [weights[i]!, form === 'data' ? place.denoised : noiseOf(place, lincomb)]);
    };

    let here: Past<X> = { level: from, x: reached, denoised };
    const last = history[0];
    if (last !== undefined && last.level.alpha > 0 && options.corrector > 0) {
      const interval = { from: last.level, to: from, tau: tauAt(last.level) };
      const predicted = gradient(past.slice(0, Math.min(options.predictor, remaining + 1)), interval);
      const before = Math.min(options.corrector, remaining + 2) - 1;
      const better = gradient([here, ...past.slice(0, before)], interval);
      here = corrected(here, { predicted, better, of: prediction, lincomb });
    }

    // Drawn in every step, also where τ = 0: generators that are used up by drawing then agree with torch programs.
    const fresh = strength > 0 ? noise('sa-solver') : null;
    const interval = { from, to, tau: tauAt(from) };
    const places = isPlain(interval) ? [here] : [here, ...past.slice(0, Math.min(options.predictor, remaining) - 1)];
    const { kept, added } = spread(interval, isPlain(interval) ? 'data' : prediction);
    const drawn = fresh === null || added === 0 ? [] : [[added, fresh] as const];
    return { x: lincomb([kept, here.x], ...gradient(places, interval), ...drawn), denoised, past: here };
  },
});

type Form = 'data' | 'noise';

interface Crossing {
  readonly from: Level;
  readonly to: Level;
  readonly tau: number;
}

/** Next to pure noise and to clean data λ is infinite and only one level can be used. */
const isPlain = ({ from, to }: Crossing): boolean => from.alpha === 0 || to.sigma === 0;

/** What is kept of x, and the size of the fresh noise. */
function spread({ from, to, tau }: Crossing, form: Form): { readonly kept: number; readonly added: number } {
  const h = halfLogSnr(to) - halfLogSnr(from); // ∞ next to pure noise and to clean data
  if (form === 'noise') return { kept: to.alpha / from.alpha, added: tau * to.sigma * Math.sqrt(Math.expm1(2 * h)) };
  if (tau === 0) return { kept: to.sigma / from.sigma, added: 0 };
  return {
    kept: (to.sigma / from.sigma) * Math.exp(-(tau ** 2) * h),
    added: to.sigma * Math.sqrt(-Math.expm1(-2 * tau ** 2 * h)),
  };
}

interface WeightsOptions extends Crossing {
  /** Where the integrand is known. */
  readonly nodes: readonly Level[];
}

interface Rule {
  readonly form: Form;
  readonly simple: boolean;
}

/** The weights of the estimates at the nodes in x′. */
function weightsOf({ from, to, tau, nodes }: WeightsOptions, { form, simple }: Rule): readonly number[] {
  const { kept } = spread({ from, to, tau }, form);
  // All together: what a constant estimate adds.
  const total =
    form === 'data' ? to.alpha - from.alpha * kept : (1 + tau ** 2) * (to.sigma - (to.alpha * from.sigma) / from.alpha);
  if (nodes.length === 1) return [total];

  const scale = (1 + tau ** 2) * (form === 'data' ? to.alpha : -to.sigma);
  if (nodes.length === 2 && simple && form === 'data') {
    const [a, b, start] = [...nodes, from].map(halfLogSnr) as [number, number, number];
    const slope = (scale * (halfLogSnr(to) - start) ** 2) / 2; // of (D_a − D_b)/(λ_a − λ_b), one of them at the start
    return a === start ? [total + slope / (a - b), -slope / (a - b)] : [slope / (a - b), total - slope / (a - b)];
  }
  const others = exponentialWeights({ from, to, nodes, rate: form === 'data' ? 1 + tau ** 2 : -1 })
    .slice(1)
    .map((w) => scale * w);
  return [total - others.reduce((sum, w) => sum + w, 0), ...others];
}
