/** A sampler is one rule for one interval. This one is the midpoint rule, and its order of convergence is measured. */
import { key, numberSpace } from 'langevin/core';
import { type Denoiser, defineSampler, euler, heun, karrasSteps, sample } from 'langevin/sampling';

/** x′ = x + h·d(x + h/2·d(x, σ), σ + h/2), d = (x − D)/σ: Euler's slope, taken again half-way. For α = 1. */
const midpoint = defineSampler({
  name: 'midpoint',
  order: 2,
  evaluations: 2,
  memory: 0,
  options: {},
  async step({ x, from, to, denoise, lincomb }) {
    const h = to.sigma - from.sigma;
    const denoised = await denoise(x, from);
    const half = { alpha: 1, sigma: from.sigma + h / 2 };
    const xHalf = lincomb([1 + h / 2 / from.sigma, x], [-h / 2 / from.sigma, denoised]);
    const denoisedHalf = await denoise(xHalf, half);
    return { x: lincomb([1, x], [h / half.sigma, xHalf], [-h / half.sigma, denoisedHalf]), denoised };
  },
});

// Plain numbers are a space, and for data ~ N(0, 1) the denoiser is x/(1 + σ²): the exact end of the walk is known.
const denoise: Denoiser<number> = async (x, { sigma }) => x / (1 + sigma ** 2);
const exact = 3 / Math.sqrt(1 + 10 ** 2);

for (const sampler of [euler(), heun(), midpoint()]) {
  const errors: string[] = [];
  for (const count of [20, 40, 80]) {
    const steps = karrasSteps({ count, sigmaMin: 0.001, sigmaMax: 10 });
    const end = await sample({ denoise, sampler, steps, start: 3, space: numberSpace, key: key(0) });
    errors.push(Math.abs(end - exact).toExponential(1));
  }
  console.log(`${sampler.name}: error ${errors.join(', ')} with 20, 40 and 80 steps`);
}
