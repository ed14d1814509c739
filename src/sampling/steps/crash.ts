import { scaled } from '../levels/descent.js';
import { defineSteps } from '../noise-steps.js';

/**
 * σ = sin²(π·u/2) at α = √(1 − σ²), u evenly from 1 to 0: closer together at much and at little noise.
 *
 * From pure noise, σ = 1, to clean data. The levels of Dance Diffusion and of `IPNDMScheduler` in diffusers, for networks
 * trained on the whole quarter circle α = cos φ, σ = sin φ; a chain that stops short of pure noise is asked about its
 * noisiest level instead.
 */
export const crash = defineSteps({
  name: 'crash',
  options: {},
  levels: ({ count, grid }) =>
    Array.from({ length: count + 1 }, (_, i) => {
      const sigma = Math.sin((Math.PI / 2) * (1 - i / count)) ** 2;
      return scaled({ alpha: Math.sqrt(1 - sigma ** 2), sigma }, { scale: 'own', kind: grid.kind });
    }),
});
