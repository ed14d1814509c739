import { integer } from '../../../core/options.js';
import { reversed } from '../../levels/reversed.js';
import { ddim } from '../../samplers/ode/ddim.js';
import { ddimInverse } from '../../samplers/ode/ddim-inverse.js';
import { defineInversion } from './inversion.js';
import { upwards } from './upwards.js';

/**
 * DDIM inversion: the deterministic walk taken upwards, each step with the noise that is seen where it starts, asked as
 * if it had landed already. The way there and back misses by O(h).
 *
 *   x′ = α′·(x − σ·ε)/α + σ′·ε,   ε = ε(x; α′, σ′) in the place of ε(x′; α′, σ′)
 *
 * Song et al. 2020, arXiv:2010.02502, Section 4.3; Dhariwal & Nichol 2021, arXiv:2105.05233, Appendix F. The walk up is
 * the sampler `ddim-inverse`, the walk back `ddim`. One denoiser call a step; every refinement is one more and takes a
 * part of the error away.
 *
 * Guidance is refused: what is read at the wrong end of a step is multiplied by the scale, and the way back ends
 * elsewhere. Mokady et al. 2022, arXiv:2211.09794, Section 3. Invert at scale 1, or take `fixed-point`.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { ddimInversion, invertAll, karrasSteps, sample } from 'langevin/sampling';
 * const space = batchSpace();
 * // of data ~ N(0, 1) the best denoiser is a formula
 * const denoise = async (x, { sigma }) => space.lincomb([1 / (1 + sigma ** 2), x]);
 * const steps = karrasSteps({ count: 200, sigmaMin: 0.02, sigmaMax: 10 });
 * const clean = floats([1, 1], [0.5]);
 * const { walk } = await invertAll(ddimInversion(), { denoise, clean, steps, space, key: key(0) });
 * const back = await sample({ ...walk, denoise, space, key: key(0) });
 * back.data[0].toFixed(1); // → '0.5'
 */
export const ddimInversion = defineInversion({
  name: 'ddim',
  order: 1,
  evaluations: 1,
  refusesGuidance:
    'its error is multiplied by the scale (Mokady et al. 2022). Invert at scale 1 and guide the way back, or take fixed-point or edit-friendly',
  refusesClean: null,
  options: {
    refinements: integer({ default: 0, min: 0, max: 100, help: 'Further guesses of where each step lands.' }),
  },
  sampler: () => ddim({ direction: 'model' }),
  invert: (task, { refinements }) =>
    upwards(task, { sampler: ddimInverse({ refinements }), steps: reversed(task.steps) }),
});
