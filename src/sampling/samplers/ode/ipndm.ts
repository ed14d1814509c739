import { choice, integer } from '../../../core/options.js';
import { adamsBashforth } from '../../rules/adams-bashforth.js';
import { noiseOf } from '../../rules/noise-of.js';
import { defineSampler } from '../../sampler.js';

/**
 * Improved pseudo-numerical method: Adams and Bashforth's mean of past noises, shorter ones at the start, moved by the
 * rule of DDIM.
 *
 *   x′ = (α′/α)·x + (σ′ − α′·σ/α)·n̄
 *   n̄  = n,  (3n − n₁)/2,  (23n − 16n₁ + 5n₂)/12,  (55n − 59n₁ + 37n₂ − 9n₃)/24
 *
 * Zhang & Chen 2022, arXiv:2204.13902 (iPNDM), after Liu et al. 2022, arXiv:2202.09778, Equations 9 and 12. The weights
 * are those of equal steps in time, whatever the levels are, and the step itself is one in σ/α: this is why the method
 * is of second order with any number of terms, as Liu et al. prove, and the first step, Euler's, costs nothing of that.
 * More terms make the error smaller, not its order higher.
 *
 * One evaluation per step. A step from pure noise, α = 0, is Euler's.
 *
 * @example
 * import { ipndm } from 'langevin/sampling';
 * ipndm({ terms: 2 }).memory; // → 3
 */
export const ipndm = defineSampler({
  name: 'ipndm',
  order: 2,
  evaluations: 1,
  memory: 3,
  options: {
    terms: integer({ default: 4, min: 1, max: 4, help: 'How many estimates are combined; 1 is Euler.' }),
    pureNoise: choice(['denoised', 'zero'], {
      default: 'denoised',
      help: 'The clean value of a step from pure noise: what the model expects, or 0 as IPNDMScheduler of diffusers.',
    }),
  },
  async step({ x, from, to, history, denoise, lincomb }, { terms, pureNoise }) {
    const denoised = await denoise(x, from);
    const r = to.sigma / from.sigma;
    if (from.alpha === 0) {
      return { x: pureNoise === 'zero' ? lincomb([r, x]) : lincomb([r, x], [to.alpha, denoised]), denoised };
    }
    const euler = [[r, x] as const, [to.alpha - from.alpha * r, denoised] as const];
    const past = history.slice(0, terms - 1);
    if (past.length === 0) return { x: lincomb(...euler), denoised };

    // (α′/α)·x + (σ′ − α′·σ/α)·n̄ is Euler's step plus c·(n̄ − n).
    const { parts, of } = adamsBashforth[past.length]!;
    const c = to.sigma - (to.alpha * from.sigma) / from.alpha;
    const here = { x, level: from, denoised };
    const n = [here, ...past].map((place) => noiseOf(place, lincomb));
    const mean = n.map((value, i) => [c * (parts[i]! / of - (i === 0 ? 1 : 0)), value] as const);
    return { x: lincomb(...euler, ...mean), denoised, past: here };
  },
});
