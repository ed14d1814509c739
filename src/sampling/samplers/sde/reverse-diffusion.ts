import { choice, integer, number } from '../../../core/options.js';
import { rowNorms, scaleRows } from '../../../core/rowwise.js';
import type { Level } from '../../../diffusion/level.js';
import { jump } from '../../../diffusion/processes/jump.js';
import { defineSampler, type Step } from '../../sampler.js';

/**
 * Predictor and corrector: the reverse SDE cut the way the forward one is, then Langevin steps that stay at the level.
 *
 *   s(x) = (α·D − x)/σ²,   a = α/α′,   v = σ² − a²·σ′²          the score; scale and variance of the forward step
 *   predictor   x′ = (2 − a)·x + v·s(x) + √v·noise
 *   corrector   x′ ← x′ + ε·s(x′) + √(2ε)·noise,   ε = 2a²·(snr·‖noise‖/‖s‖)²
 *
 * Song et al. 2021, arXiv:2011.13456, Equation 46 and Algorithms 2–5: with α = 1 it is Algorithm 2 with 4 (VE), with
 * α² + σ² = 1, where v = β and a = √(1 − β), Algorithm 3 with 5 (VP). The step to σ′ = 0 is their denoising step, x′ = D,
 * without noise or corrector.
 *
 * ε follows each picture's own norms, so that a picture does not depend on its neighbours; `norms: 'batch'` takes the
 * means over the batch, as published programs do. Meant for many dimensions: the norm of one number alone says little.
 * `corrects: 'before'` corrects where a step starts, as those programs do, instead of where it lands.
 *
 * Use it for networks trained on the VE process with hundreds of steps or more; the corrector buys quality at the price
 * of one evaluation each.
 */
export const reverseDiffusion = defineSampler({
  name: 'reverse-diffusion',
  order: 0.5,
  evaluations: 2,
  memory: 0,
  exempt: {
    scale: 'Algorithms 2 and 3 are different discretisations, one for each scale of x.',
  },
  options: {
    corrections: integer({ default: 1, min: 0, max: 100, help: 'Langevin steps at every level.' }),
    snr: number({ default: 0.16, min: 0, max: 10, help: 'Signal-to-noise ratio of a Langevin step: its size.' }),
    corrects: choice(['after', 'before'], {
      default: 'after',
      help: 'Where Langevin steps are made: landed, or leaving.',
    }),
    norms: choice(['picture', 'batch'], { default: 'picture', help: 'Whose norms set the size of a Langevin step.' }),
  },
  async step(at, { corrections, snr, corrects, norms }) {
    const { from, to, denoise, lincomb, noise } = at;
    const { scale: a, sigma } = jump(to, from);
    const correct = async (x: typeof at.x, level: Level): Promise<typeof at.x> => {
      for (let round = 0; round < corrections; round++) x = await langevin({ at, x, level, round, r: a * snr, norms });
      return x;
    };
    const x = corrects === 'before' ? await correct(at.x, from) : at.x;
    const denoised = await denoise(x, from);
    if (to.sigma === 0) return { x: denoised, denoised };

    const v = sigma ** 2;
    const [cx, cd] = [2 - a - v / from.sigma ** 2, (v * from.alpha) / from.sigma ** 2]; // (2 − a)·x + v·s collected
    const landed = lincomb([cx, x], [cd, denoised], [sigma, noise('predictor')]);
    return { x: corrects === 'after' ? await correct(landed, to) : landed, denoised };
  },
});

interface LangevinOptions<X> {
  readonly at: Step<X>;
  readonly x: X;
  readonly level: Level;
  readonly round: number;
  /** a·snr. */
  readonly r: number;
  readonly norms: 'picture' | 'batch';
}

/** x + ε·s + √(2ε)·z with √(2ε) = 2r·‖z‖/‖s‖. Song et al. 2021, Algorithms 4 and 5. */
async function langevin<X>({ at, x, level, round, r, norms }: LangevinOptions<X>): Promise<X> {
  const { alpha, sigma } = level;
  const denoised = await at.denoise(x, level);
  const score = at.lincomb([-1 / sigma ** 2, x], [alpha / sigma ** 2, denoised]);
  const z = at.noise(`corrector ${round}`);
  const [ofNoise, ofScore] = [z, score].map((value) => {
    const rows = rowNorms('reverse-diffusion', value);
    if (norms === 'picture') return rows;
    const mean = rows.reduce((sum, norm) => sum + norm, 0) / rows.length;
    return rows.map(() => mean);
  }) as [readonly number[], readonly number[]];
  const roots = ofScore.map((norm, row) => (norm === 0 ? 0 : (2 * r * ofNoise[row]!) / norm)); // √(2ε)
  const drift = scaleRows(
    'reverse-diffusion',
    score,
    roots.map((root) => root ** 2 / 2),
  );
  return at.lincomb([1, x], [1, drift], [1, scaleRows('reverse-diffusion', z, roots)]);
}
