import { choice, integer } from '../../../core/options.js';
import { type Level, magnitude } from '../../../diffusion/level.js';
import { type Conversion, convert, epsilon, predictions, x0 } from '../../../diffusion/processes/predictions.js';
import { defineSampler } from '../../sampler.js';

/**
 * DDIM backwards: from a picture to the noise that makes it. Walks the steps of `ddim` in the opposite order, each from
 * the less noisy level to the noisier one, and may start at the picture itself.
 *
 *   ε  = the noise the network sees in x, asked as if x were at the level it goes to (α′, σ′)
 *   x′ = α′·(x − σ·ε)/α + σ′·ε
 *
 * Song et al. 2020, arXiv:2010.02502, Section 4.3; Dhariwal & Nichol 2021, arXiv:2105.05233, Appendix F. Asking at the
 * noisier end is what makes it the reverse of a DDIM step, which took its ε there. It took it at x′, of which x is a
 * first guess: the way back returns with error O(h). Every refinement guesses again,
 *
 *   x′ ← α′·(x − σ·ε(x′))/α + σ′·ε(x′)
 *
 * whose fixed point is exact (Garibi et al. 2024, arXiv:2403.14602, Section 3): some refinements return to the picture
 * also with few steps, more of them the closer the last level is to pure noise.
 *
 * `holds` says which prediction of the network is kept between the levels when ε is worked out at (α, σ); at ε it is
 * the formula above. Guidance above 1 makes ε change faster along the way; invert with 1.
 *
 * @example
 * import { key, batchSpace, floats } from 'langevin/core';
 * import { ddimInverse, reversed, sample } from 'langevin/sampling';
 * const noise = await sample({
 *   denoise: async (x) => floats(x.shape), // data is always 0
 *   sampler: ddimInverse(),
 *   steps: reversed([4, 2, 0]),
 *   start: floats([1, 1], [0]),
 *   space: batchSpace(),
 *   key: key(0),
 * });
 * noise.data; // → Float32Array.of(0)
 */
export const ddimInverse = defineSampler({
  name: 'ddim-inverse',
  direction: 'up',
  order: 1,
  evaluations: 1,
  memory: 0,
  exempt: {
    constant: 'It walks away from the answer, to the noise that leads there.',
    'pure-noise': 'It ends in noise and starts in data.',
  },
  options: {
    refinements: integer({ default: 0, min: 0, max: 100, help: 'Further guesses of where each step lands.' }),
    holds: choice(['epsilon', 'v', 'x0'], {
      default: 'epsilon',
      help: 'Which prediction is kept from the level asked at to the level left.',
    }),
  },
  async step({ x, from, to, unlimited, limit, lincomb }, { refinements, holds }) {
    // In the scale where α² + σ² = 1, so that x has the size that belongs to the level it is asked at.
    const [norm, normNext] = [magnitude(from), magnitude(to)];
    const [left, asked] = [scaled(from, 1 / norm), scaled(to, 1 / normNext)];
    const kept = predictions.entries[holds];
    const rawOf = convert({ from: x0, to: kept, level: asked });
    const noiseOf = convert({ from: kept, to: epsilon, level: left });
    const cleanOf = convert({ from: kept, to: x0, level: left });
    let guess = lincomb([normNext / norm, x]);
    for (let round = 0; ; round++) {
      const model = await unlimited(guess, to);
      const of = ({ x: own, raw }: Conversion) =>
        lincomb([own / norm, x], [(raw * rawOf.x) / normNext, guess], [raw * rawOf.raw, model]);
      const denoised = limit(of(cleanOf));
      guess = lincomb([normNext * asked.alpha, denoised], [normNext * asked.sigma, of(noiseOf)]);
      if (round === refinements) return { x: guess, denoised };
    }
  },
});

const scaled = ({ alpha, sigma }: Level, factor: number): Level => ({ alpha: alpha * factor, sigma: sigma * factor });
