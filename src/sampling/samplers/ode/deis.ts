import { choice, flag, integer } from '../../../core/options.js';
import type { Level } from '../../../diffusion/level.js';
import { exponentialWeights } from '../../rules/exponential-weights.js';
import { noiseOf } from '../../rules/noise-of.js';
import { defineSampler } from '../../sampler.js';

/**
 * Diffusion exponential integrator sampler (DEIS): the linear part of the probability-flow ODE solved exactly, the
 * noise a polynomial through its last values.
 *
 *   x′ = (α′/α)·x + α′·Σ Cᵢ·nᵢ,    Cᵢ = ∫_ρ^ρ′ ℓᵢ dρ,    ρ = σ/α
 *
 * ℓᵢ are the Lagrange polynomials through the last `order` levels, in the variable of the option `polynomial`:
 *   log-rho   ln ρ = −λ, the variable of diffusers and of the authors' program
 *   rho       ρ (ρAB: Adams and Bashforth on dx̂ = n·dρ)
 *   time      t (tAB): the time at which the linear variance-preserving SDE, β from 0.1 to 20, has this ρ
 *
 * Zhang & Chen 2022, arXiv:2204.13902, Section 3 (tAB-DEIS and ρAB-DEIS). Time needs a schedule to be read
 * from; the levels themselves may be of any, variance preserving or not, for t depends on ρ alone and is only the ruler
 * along which the noise is smooth:  −ln α̂² = 0.1·t + 9.95·t²,  α̂ = 1/√(1 + ρ²).
 *
 * The order is the number of levels. The first step is Euler's all the same and the second uses two levels, so that a
 * whole walk with three is of order two with a small error. A step to σ′ = 0 is Euler's, as ln ρ ends there. diffusers
 * has log-rho with two levels by default, the authors recommend time with three.
 *
 * @example
 * import { deis } from 'langevin/sampling';
 * deis({ order: 2, polynomial: 'log-rho' }).options.lowerOrderFinal; // → false
 */
export const deis = defineSampler({
  name: 'deis',
  order: 3,
  evaluations: 1,
  memory: 2,
  options: {
    order: integer({ default: 3, min: 1, max: 3, help: 'How many levels the polynomial goes through; 1 is Euler.' }),
    polynomial: choice(['time', 'rho', 'log-rho'], {
      default: 'time',
      help: 'The variable in which the noise is taken to be a polynomial.',
    }),
    lowerOrderFinal: flag({
      help: 'In walks of fewer than 15 steps, two levels in the last step but one and one in the last.',
    }),
    arithmetic: choice(['float64', 'float32'], {
      default: 'float64',
      help: "Precision of Euler's steps; float32 agrees with torch programs in the last digits.",
    }),
  },
  async step({ x, from, to, index, count, history, denoise, lincomb }, options) {
    const { order, polynomial, lowerOrderFinal, arithmetic } = options;
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma;
    const euler = [[r, x] as const, [to.alpha - from.alpha * r, denoised] as const];
    /** (α′/α)·x − σ′·(e^h − 1)·n with every number rounded: next to pure noise α′/α is in the thousands. */
    const eulerFloat32 = () => {
      const { scale, step } = eulerCoefficients(from, to);
      const n = lincomb([1 / from.sigma, lincomb([1, x], [-1, lincomb([from.alpha, denoised])])]);
      return lincomb([1, lincomb([scale, x])], [-1, lincomb([step, n])]);
    };
    const most = lowerOrderFinal && count < 15 ? Math.min(order, count - index) : order;
    const past = history.slice(0, most - 1).filter(({ level }) => level.alpha > 0);
    if (past.length === 0 || from.alpha === 0 || to.sigma === 0) {
      const finite = from.alpha > 0 && to.sigma > 0;
      return { x: arithmetic === 'float32' && finite ? eulerFloat32() : lincomb(...euler), denoised };
    }

    const here = { x, level: from, denoised };
    const places = [here, ...past];
    const nodes = places.map(({ level }) => level);
    const weights = exponentialWeights({ from, to, nodes, rate: -1, variable: variables[polynomial] });
    const n = places.map((place) => noiseOf(place, lincomb));
    // α′·Cᵢ = −σ′·wᵢ. The weights of all levels add up to that of Euler's step, which has the first of them whole.
    const rest = weights.slice(1).reduce((sum, w) => sum + w, 0);
    const bend = n.map((value, i) => [to.sigma * (i === 0 ? rest : -weights[i]!), value] as const);
    return { x: lincomb(...euler, ...bend), denoised, past: here };
  },
});

/** β of the linear variance-preserving SDE of Song et al. 2021, arXiv:2011.13456, Appendix C. */
const [betaMin, betaMax] = [0.1, 20];

/** The variables as functions of λ = −ln ρ. */
const variables: Readonly<Record<'log-rho' | 'rho' | 'time', (lambda: number) => number>> = {
  'log-rho': (lambda) => lambda,
  rho: (lambda) => Math.exp(-lambda),
  time(lambda) {
    const spent = lambda < -300 ? -2 * lambda : Math.log1p(Math.exp(-2 * lambda)); // −ln α̂² = ln(1 + ρ²)
    const slope = betaMax - betaMin;
    return (2 * spent) / (betaMin + Math.sqrt(betaMin ** 2 + 2 * slope * spent)); // −ln α̂² = β₀·t + (β₁ − β₀)·t²/2
  },
};

/** α′/α and σ′·(e^h − 1), rounded to float32 after every operation. */
function eulerCoefficients(from: Level, to: Level): { readonly scale: number; readonly step: number } {
  const { fround, log, exp } = Math;
  const lambda = ({ alpha, sigma }: Level): number => fround(fround(log(alpha)) - fround(log(sigma)));
  const h = fround(lambda(to) - lambda(from));
  return { scale: fround(to.alpha / from.alpha), step: fround(to.sigma * fround(fround(exp(h)) - 1)) };
}
