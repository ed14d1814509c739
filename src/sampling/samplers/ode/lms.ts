import { integer } from '../../../core/options.js';
import { ratioOf } from '../../levels/descent.js';
import { arithmeticOption, slopeInSigma, stepwise } from '../../rules/in-sigma.js';
import { noiseOf } from '../../rules/noise-of.js';
import { integrate, lagrange } from '../../rules/quadrature.js';
import { defineSampler, type Past, type Step } from '../../sampler.js';

/**
 * Linear multistep rule in ρ = σ/α: the noise is the polynomial through its last values (Adams and Bashforth's idea, for
 * unequal steps).
 *
 *   x′ = (α′/α)·x + α′·Σ cᵢ·nᵢ,    cᵢ = ∫_ρ^ρ′ ℓᵢ dρ,    n = (x − α·D)/σ
 *
 * ℓᵢ are the Lagrange polynomials through the last `order` ratios, so the integrals are exact. k-diffusion's `sample_lms`
 * and diffusers' LMS are the case α = 1; Hairer, Nørsett & Wanner, "Solving Ordinary Differential Equations I",
 * Section III.5. One evaluation per step. The first steps use what there is, so the very first is Euler's; its error is
 * small where the walk starts at much noise, where the path is nearly straight in ρ.
 */
export const lms = defineSampler({
  name: 'lms',
  order: 4,
  evaluations: 1,
  memory: 3,
  options: {
    order: integer({ default: 4, min: 1, max: 4, help: 'How many estimates the polynomial goes through; 1 is Euler.' }),
    ...arithmeticOption,
  },
  async step({ x, from, to, history, denoise, lincomb }, options) {
    const { order } = options;
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma;
    const euler = [[r, x] as const, [to.alpha - from.alpha * r, denoised] as const];
    if (stepwise(options, from, to))
      return { x: inSigma({ x, from, to, history, denoised, order, lincomb }), denoised };
    const past = history.slice(0, order - 1).filter(({ level }) => level.alpha > 0);
    if (past.length === 0 || from.alpha === 0) return { x: lincomb(...euler), denoised };

    const here = { x, level: from, denoised };
    const places = [here, ...past];
    const [rho, rhoNext] = [ratioOf(from), ratioOf(to)];
    const c = weightsOf(
      places.map(({ level }) => ratioOf(level)),
      rhoNext,
    );
    // Euler's step takes all of ρ′ − ρ with the newest noise; the rest is moved to the others.
    const bend = places.map((place, i) => {
      return [to.alpha * (c[i]! - (i === 0 ? rhoNext - rho : 0)), noiseOf(place, lincomb)] as const;
    });
    return { x: lincomb(...euler, ...bend), denoised, past: here };
  },
});

/** ∫ ℓᵢ dρ from the first node to ρ′. */
const weightsOf = (nodes: readonly number[], rhoNext: number): readonly number[] =>
  nodes.map((_, i) => integrate((u) => lagrange(nodes, i, u), { from: nodes[0]!, to: rhoNext }));

interface InSigma<X> extends Pick<Step<X>, 'x' | 'from' | 'to' | 'history' | 'lincomb'> {
  readonly denoised: X;
  readonly order: number;
}

/** The same at α = 1, operation by operation: Σ cᵢ·(x − D)ᵢ/σᵢ, term after term. */
function inSigma<X>({ x, from, to, history, denoised, order, lincomb }: InSigma<X>): X {
  const places: readonly Past<X>[] = [{ x, level: from, denoised }, ...history.slice(0, order - 1)];
  const c = weightsOf(
    places.map(({ level }) => level.sigma),
    to.sigma,
  );
  const terms = places.map((place, i) => {
    const slope = slopeInSigma({ x: place.x, denoised: place.denoised, sigma: place.level.sigma, lincomb });
    return lincomb([Math.fround(c[i]!), slope]);
  });
  return lincomb([1, x], [1, terms.reduce((sum, term) => lincomb([1, sum], [1, term]))]);
}
