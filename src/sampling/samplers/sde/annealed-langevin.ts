import { flag, integer, number } from '../../../core/options.js';
import { defineSampler } from '../../sampler.js';

/**
 * Annealed Langevin dynamics: many small noisy steps uphill in the density of one level, then on to the next.
 *
 *   s = (α·D − x)/σ²,   δ = step·σ²
 *   x ← x + δ/2·s + √δ·noise                                          `repeats` times at (α, σ)
 *   x′ = (α′/α)·x
 *
 * Song & Ermon 2019, arXiv:1907.05600, Algorithm 1, where δ = ε·σ²/σ_L²: `step` is ε/σ_L², 0.2 for their ε = 2·10⁻⁵ and
 * σ_L = 0.01, and α = 1. Out of pure noise (α = 0) x keeps its noise, x′ = (σ′/σ)·x. A step to σ′ = 0 ends with x′ = D
 * unless `denoise` is off, which Algorithm 1 left out and Jolicoeur-Martineau et al. 2020 (arXiv:2009.05475) added.
 *
 * For noise-conditional score networks with geometric steps. At a finite step the walk settles at a variance up to
 * 1/(1 − step/4) of the true one: smaller steps and more repeats come closer.
 */
export const annealedLangevin = defineSampler({
  name: 'annealed-langevin',
  order: 0,
  evaluations: 100,
  lastEvaluations: 101,
  memory: 0,
  exempt: {
    order: 'More levels do not make its steps smaller; its own option does.',
  },
  options: {
    repeats: integer({ default: 100, min: 1, max: 100_000, help: 'Langevin steps at every level.' }),
    step: number({ default: 0.2, min: 0, max: 4, help: 'Size of a Langevin step as a part of σ².' }),
    denoise: flag({ default: true, help: 'Ends on the expected clean value instead of leaving the last noise in.' }),
  },
  async step({ x: start, from, to, denoise, lincomb, noise }, { repeats, step, denoise: last }) {
    const { alpha, sigma } = from;
    let [x, denoised] = [start, start];
    for (let round = 0; round < repeats; round++) {
      denoised = await denoise(x, from);
      const z = noise(`langevin ${round}`);
      x = lincomb([1 - step / 2, x], [(step / 2) * alpha, denoised], [Math.sqrt(step) * sigma, z]);
    }
    if (to.sigma === 0 && last) {
      denoised = await denoise(x, from);
      return { x: lincomb([to.alpha, denoised]), denoised };
    }
    return { x: lincomb([alpha === 0 ? to.sigma / sigma : to.alpha / alpha, x]), denoised };
  },
});
