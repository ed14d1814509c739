import { choice, integer } from '../../../core/options.js';
import { integrate } from '../../rules/quadrature.js';
import { defineSampler } from '../../sampler.js';

/**
 * Extended reverse-time SDE solver (ER-SDE): noise as a function φ of ρ = σ/α, and D a Taylor polynomial in ρ.
 *
 *   x′ = α′·( (φ′/φ)·x/α + (1 − φ′/φ)·D + c₁·D¹ + c₂·D² + √(ρ′² − ρ²·(φ′/φ)²)·noise )
 *   c₁ = (ρ′ − ρ) + φ′·∫_ρ′^ρ du/φ(u)
 *   c₂ = (ρ′ − ρ)²/2 + φ′·∫_ρ′^ρ (u − ρ)/φ(u) du
 *   D¹ = (D − D₁)/(ρ − ρ₁),   D² = (D¹ − D¹₁)/((ρ − ρ₂)/2)
 *
 * Cui et al. 2023, arXiv:2309.06169, ER-SDE-Solver-1 to 3, and Appendix A.8 for the functions:
 *   ode  φ = ρ, no noise              sde  φ = ρ², the reverse SDE of ancestral sampling
 *   er1  ρ·(e^{−1/ρ} + 10)            er2  ρ^1.5
 *   er3  ρ^2.5                        er4  ρ^0.9·lg(1 + 100·ρ^1.5)
 *   er5  ρ·(e^{ρ^0.3} + 10)
 * φ must grow at least as fast as ρ; er4 does so up to ρ = 1022 and is continued by a straight line.
 *
 * D¹ there is the slope half a step ago. `slope: newton` takes that of the parabola through the three values instead,
 * D¹ + (ρ − ρ₁)·D²/2, and only with it does the third term raise the order of what happens between the noises. With few
 * steps and much noise the two differ little.
 *
 * Steps from pure noise and to σ′ = 0 use D alone; the latter adds no noise.
 *
 * @example
 * import { erSde } from 'langevin/sampling';
 * erSde({ order: 2, scale: 'ode' }).name; // → 'er-sde'
 */
export const erSde = defineSampler({
  name: 'er-sde',
  order: 0.5,
  evaluations: 1,
  memory: 2,
  options: {
    order: integer({ default: 3, min: 1, max: 3, help: 'Terms of the Taylor polynomial, D among them.' }),
    scale: choice(['er5', 'er1', 'er2', 'er3', 'er4', 'sde', 'ode'], {
      default: 'er5',
      help: 'The noise function φ: ode has no noise, sde that of DDPM, er1 and er5 little, er3 more.',
    }),
    slope: choice(['backward', 'newton'], {
      default: 'backward',
      help: 'The first derivative of D: between the last two values, or through three.',
    }),
  },
  async step({ x, from, to, history, denoise, lincomb, noise }, { order, scale, slope }) {
    const denoised = await denoise(x, from);
    const [rho, rhoNext] = [from.sigma / from.alpha, to.sigma / to.alpha];
    const g = perRho[scale]; // φ/ρ: finite ratios also where ρ is not
    const falls = to.sigma === 0 ? 0 : g(rhoNext) / g(rho);
    const kept = (to.sigma / from.sigma) * falls;
    const s = to.sigma * Math.sqrt(Math.max(0, 1 - falls ** 2));
    const fresh = s === 0 ? [] : [[s, noise('er-sde')] as const];
    const first = [[kept, x] as const, [to.alpha - from.alpha * kept, denoised] as const];
    const [past, older] = history.slice(0, order - 1).filter(({ level }) => level.alpha > 0);
    if (!past || to.sigma === 0) return { x: lincomb(...first, ...fresh), denoised };

    // In ln u, du/φ = d(ln u)/g.
    const range = { from: Math.log(rhoNext), to: Math.log(rho), panels: 4 };
    const c1 = rhoNext - rho + rhoNext * integrate((v) => g(rhoNext) / g(Math.exp(v)), range);
    const rhoPast = past.level.sigma / past.level.alpha;
    // D¹ = a·(D − D₁); D² = b·(D¹ − D¹₁)
    const a = 1 / (rho - rhoPast);
    if (!older) {
      const w = to.alpha * c1 * a;
      return { x: lincomb(...first, [w, denoised], [-w, past.denoised], ...fresh), denoised };
    }
    const c2 =
      (rhoNext - rho) ** 2 / 2 + rhoNext * integrate((v) => (g(rhoNext) / g(Math.exp(v))) * (Math.exp(v) - rho), range);
    const rhoOlder = older.level.sigma / older.level.alpha;
    const aPast = 1 / (rhoPast - rhoOlder);
    const b = 2 / (rho - rhoOlder);
    const w1 = to.alpha * c1 * a;
    const w2 = to.alpha * b * (c2 + (slope === 'newton' ? (c1 * (rho - rhoPast)) / 2 : 0));
    const bend = [
      [w1 + w2 * a, denoised],
      [-w1 - w2 * (a + aPast), past.denoised],
      [w2 * aPast, older.denoised],
    ] as const;
    return { x: lincomb(...first, ...bend, ...fresh), denoised };
  },
});

/** Where ρ^{−0.1}·lg(1 + 100·ρ^1.5) begins to fall: (e^15/100)^{2/3}. */
const turn = 1022;

/** φ(ρ)/ρ. */
const perRho: Readonly<Record<'er1' | 'er2' | 'er3' | 'er4' | 'er5' | 'sde' | 'ode', (rho: number) => number>> = {
  ode: () => 1,
  sde: (rho) => rho,
  er1: (rho) => Math.exp(-1 / rho) + 10,
  er2: (rho) => rho ** 0.5,
  er3: (rho) => rho ** 1.5,
  er4: (rho) => Math.min(rho, turn) ** -0.1 * Math.log10(1 + 100 * Math.min(rho, turn) ** 1.5),
  er5: (rho) => Math.exp(Math.min(rho, 1e9) ** 0.3) + 10,
};
