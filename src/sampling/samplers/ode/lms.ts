import { integer } from '../../../core/options.js';
import { ratioOf } from '../../descent.js';
import { noiseOf } from '../../noise-of.js';
import { integrate, lagrange } from '../../quadrature.js';
import { defineSampler } from '../../sampler.js';

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
  },
  async step({ x, from, to, history, denoise, lincomb }, { order }) {
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma;
    const euler = [[r, x] as const, [to.alpha - from.alpha * r, denoised] as const];
    const past = history.slice(0, order - 1).filter(({ level }) => level.alpha > 0);
    if (past.length === 0 || from.alpha === 0) return { x: lincomb(...euler), denoised };

    const places = [{ x, level: from, denoised }, ...past];
    const nodes = places.map(({ level }) => ratioOf(level));
    const [rho, rhoNext] = [ratioOf(from), ratioOf(to)];
    const c = nodes.map((_, i) => integrate((u) => lagrange(nodes, i, u), { from: rho, to: rhoNext }));
    // Euler's step takes all of ρ′ − ρ with the newest noise; the rest is moved to the others.
    const bend = places.map((place, i) => {
      return [to.alpha * (c[i]! - (i === 0 ? rhoNext - rho : 0)), noiseOf(place, lincomb)] as const;
    });
    return { x: lincomb(...euler, ...bend), denoised };
  },
});
