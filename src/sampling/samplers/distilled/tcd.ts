import { number } from '../../../core/options.js';
import type { Grid } from '../../../diffusion/grid.js';
import { isNoisier, type Level } from '../../../diffusion/level.js';
import { jump } from '../../../diffusion/processes/jump.js';
import { distilledOrder } from '../../rules/distilled-order.js';
import { defineSampler } from '../../sampler.js';

/**
 * Trajectory consistency distillation: a jump along the trajectory to a level s below the next one, then fresh noise up
 * to it. γ says how far below.
 *
 *   x_s = α_s·D + σ_s·(x − α·D)/σ                        s = (1 − γ)·t′
 *   x′  = (α′/α_s)·x_s + √(σ′² − (α′·σ_s/α_s)²)·noise
 *
 * Zheng et al. 2024, arXiv:2402.19159, Algorithm 4 (strategic stochastic sampling). γ = 0 is deterministic, a step of
 * `ddim`; γ = 1 forgets all noise and is `lcm`. Where the training levels are known, t′ is an index among them and s is
 * rounded down, as published programs do; otherwise time is Karras' σ/α, and s is at (1 − γ) of it.
 *
 * For networks distilled so; 0.2 to 0.4 for few steps, more for many.
 */
export const tcd = defineSampler({
  name: 'tcd',
  order: 0,
  evaluations: 1,
  memory: 0,
  exempt: distilledOrder,
  options: {
    gamma: number({ default: 0.3, min: 0, max: 1, help: '0 is deterministic; 1 puts all the noise back afresh.' }),
  },
  async step({ x, from, to, grid, denoise, lincomb, noise }, { gamma }) {
    const denoised = await denoise(x, from);
    const s = below({ to, gamma, grid });
    const { scale, sigma } = jump(s, to);
    const r = (scale * s.sigma) / from.sigma;
    const terms = [
      [r, x],
      [to.alpha - r * from.alpha, denoised],
    ] as const; // (α′/α_s)·x_s collected
    if (sigma === 0) return { x: lincomb(...terms), denoised };
    return { x: lincomb(...terms, [sigma, noise('renoise')]), denoised };
  },
});

interface BelowOptions {
  readonly to: Level;
  readonly gamma: number;
  readonly grid: Grid | null;
}

/** The level at (1 − γ) of the time of `to`. */
function below({ to, gamma, grid }: BelowOptions): Level {
  if (gamma === 0 || to.sigma === 0) return to;
  if (grid === null) return { alpha: to.alpha, sigma: (1 - gamma) * to.sigma };
  const index = Math.floor((1 - gamma) * grid.indexOf(to) + 1e-9);
  const { alpha, sigma } = grid.level(index);
  return isNoisier({ alpha, sigma }, to) ? to : { alpha, sigma };
}
