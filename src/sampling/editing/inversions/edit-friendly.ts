import { number } from '../../../core/options.js';
import { fold } from '../../../core/random.js';
import { posterior } from '../../../diffusion/processes/posterior.js';
import { ddim } from '../../samplers/ode/ddim.js';
import { sample } from '../../trajectory.js';
import { defineInversion, type InversionFrame } from './inversion.js';

/**
 * Edit-friendly inversion of the stochastic walk: every x_t is drawn by itself, and the noise of a step is what leads
 * from one to the next. The picture comes back exactly but for rounding, whatever the model says.
 *
 *   x_t = α_t·x₀ + σ_t·ε_t,   ε_t independent          (not x_t out of x_{t−1}, as in the forward process)
 *   z_t = (x_s − μ(x_t, D))/s,   s = η·σ_Q
 *
 * Huberman-Spiegelglas et al. 2023, arXiv:2304.06140, Algorithm 1. Such noise maps are larger than those of sampling and
 * depend on each other from step to step; that is what keeps the composition of the picture when they are replayed by
 * another denoiser. x_s is made again out of z_t before it is used, so that rounding does not add up.
 *
 * The walk back is `ddim` at η with the noise maps as `noises`; η = 1 is DDPM. A guided denoiser is as good as any other.
 * One denoiser call a step. The end of a step to σ = 0 has no noise to solve for, so steps must end above it.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { editFriendlyInversion, invertAll, karrasSteps, sample } from 'langevin/sampling';
 * const space = batchSpace();
 * const denoise = async (x) => space.map(x, Math.tanh); // any denoiser at all
 * const steps = karrasSteps({ count: 5, sigmaMin: 0.02, sigmaMax: 10 }).slice(0, -1);
 * const clean = floats([1, 1], [0.5]);
 * const { walk } = await invertAll(editFriendlyInversion(), { denoise, clean, steps, space, key: key(0) });
 * const back = await sample({ ...walk, denoise, space, key: key(0) });
 * back.data[0].toFixed(5); // → '0.50000'
 */
export const editFriendlyInversion = defineInversion({
  name: 'edit-friendly',
  order: Infinity,
  evaluations: 1,
  refusesGuidance: null,
  refusesClean: 'There is no noise to solve for.',
  options: {
    eta: number({ default: 1, min: 0.01, max: 1, help: 'Noise of a step, as in ddim; 1 is as much as DDPM.' }),
  },
  sampler: ({ eta }) => ddim({ eta, direction: 'model' }),
  async *invert({ denoise, clean, end, steps, sampler, space, key, limit, signal }, { eta }) {
    const count = steps.length;
    const drawn = (index: number) => {
      const { alpha, sigma } = steps[index]!.from;
      const noise = space.gaussian(clean, fold(key, 'inversion', index));
      return space.lincomb([alpha, clean], [sigma, noise]);
    };
    const zero = space.lincomb([0, clean]);
    const start = drawn(0);
    const recorded: (typeof clean)[] = [];
    let x = start;
    for (const [index, interval] of steps.entries()) {
      const walk = { denoise, sampler, steps: [interval], space, key, limit, signal };
      const wanted = index === count - 1 ? end : drawn(index + 1);
      const mean = await sample({ ...walk, start: x, noises: () => zero });
      const s = eta * posterior(interval.from, interval.to).sigma;
      const z = space.lincomb([1 / s, wanted], [-1 / s, mean]);
      recorded.push(z);
      yield { index, count, level: interval.from, x, solved: null } satisfies InversionFrame<typeof x>;
      x = space.lincomb([1, mean], [s, z]);
    }
    return { start, recorded };
  },
});
