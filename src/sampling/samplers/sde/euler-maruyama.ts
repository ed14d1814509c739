import { jump } from '../../../diffusion/processes/jump.js';
import { defineSampler } from '../../sampler.js';

/**
 * Euler–Maruyama on the reverse SDE dx = (f − g²·s)·dt + g·dw, backwards in time.
 *
 *   s  = (α·D − x)/σ²,   a = α/α′,   v = σ² − a²·σ′²
 *   x′ = (1 + (1 − a²)/2)·x + v·s + √v·noise
 *
 * Song et al. 2021, arXiv:2011.13456, Equation 6 and Section 4.1. With α² + σ² = 1 it is the familiar
 * x + β·(x/2 + s) + √β·noise with the β of the step; with α = 1 (VE) f is 0 and it is the predictor of
 * `reverse-diffusion`, from which it otherwise differs in the drift by (1 − a)²/2. The step to σ′ = 0 is x′ = D.
 *
 * The plainest way to simulate the SDE and the yardstick for others; it needs many steps.
 */
export const eulerMaruyama = defineSampler({
  name: 'euler-maruyama',
  order: 0.5,
  evaluations: 1,
  memory: 0,
  exempt: {
    scale: 'The drift of the SDE depends on the scale of x, and so does a step of finite length along it.',
  },
  options: {},
  async step({ x, from, to, denoise, lincomb, noise }) {
    const denoised = await denoise(x, from);
    if (to.sigma === 0) return { x: denoised, denoised };

    const { scale: a, sigma } = jump(to, from);
    const pull = (sigma / from.sigma) ** 2; // v·s = pull·(α·D − x)
    const kept = 1 + (1 - a ** 2) / 2 - pull;
    return { x: lincomb([kept, x], [pull * from.alpha, denoised], [sigma, noise('wiener')]), denoised };
  },
});
