import { ToolkitError } from '../../../core/errors.js';
import { choice } from '../../../core/options.js';
import { zipped } from '../../../core/rowwise.js';
import type { Grid } from '../../../diffusion/grid.js';
import { type Level, magnitude } from '../../../diffusion/level.js';
import { type Posterior, posterior, posteriorFloat32 } from '../../../diffusion/processes/posterior.js';
import { learnedRangeVariance, type VarianceAt } from '../../../diffusion/processes/variance.js';
import { defineSampler } from '../../sampler.js';

/**
 * Ancestral sampling: a draw from the posterior q(x_s | x_t, x₀) with D in the place of x₀.
 *
 *   x′ = μ(x, D) + s·noise
 *   small: s² = σ²_{t|s}·σ_s²/σ_t²  (β̃: exact when the data is one point)
 *   large: s² = σ²_{t|s}            (β: exact when the data is unit Gaussian)
 *   learned-range: log s² = v·log β + (1 − v)·log β̃,  v = (output + 1)/2, number by number
 *   learned: log s² = output;   learned-plain: s² = output
 *
 * Ho et al. 2020, arXiv:2006.11239, Algorithm 2 and Section 3.2; the learned ones Nichol & Dhariwal 2021,
 * arXiv:2102.09672, Equation 15, for networks with a second output (twice the channels). A step to σ′ = 0 adds no noise.
 */
export const ddpm = defineSampler({
  name: 'ddpm',
  order: 0.5,
  evaluations: 1,
  memory: 0,
  options: {
    variance: choice(['small', 'large', 'learned-range', 'learned', 'learned-plain'], {
      default: 'small',
      help: "Variance of a step: the lower or the upper bound, or by the network's second output.",
    }),
    arithmetic: choice(['float64', 'float32', 'float32-listed'], {
      default: 'float64',
      help: 'Precision of the coefficients; float32 agrees with torch programs that compute β, float32-listed with those that list it.',
    }),
  },
  async step({ x, from, to, grid, denoise, estimate, lincomb, noise }, { variance, arithmetic }) {
    const mean = coefficients({ from, to, grid, arithmetic });
    if (variance === 'small' || variance === 'large') {
      const denoised = await denoise(x, from);
      if (to.sigma === 0) return { x: lincomb([mean.x, x], [mean.clean, denoised]), denoised };

      const s = variance === 'small' ? mean.sigma : mean.sigmaLarge;
      return { x: lincomb([mean.x, x], [mean.clean, denoised], [s, noise('ancestral')]), denoised };
    }
    if (estimate === null) throw secondOutputMissing(variance);

    const { denoised, variance: output } = await estimate(x, from);
    if (to.sigma === 0) return { x: lincomb([mean.x, x], [mean.clean, denoised]), denoised };

    const deviation = deviations[variance]({ more: from, less: to });
    const fresh = zipped('ddpm', output, noise('ancestral'), (said, z) => deviation(said) * z);
    return { x: lincomb([mean.x, x], [mean.clean, denoised], [1, fresh]), denoised };
  },
});

interface Coefficients {
  readonly from: Level;
  readonly to: Level;
  readonly grid: Grid | null;
  readonly arithmetic: 'float64' | 'float32' | 'float32-listed';
}

function coefficients({ from, to, grid, arithmetic }: Coefficients): Posterior {
  if (arithmetic === 'float64') return posterior(from, to);
  if (arithmetic === 'float32' || grid === null) return posteriorFloat32(from, to);
  const index = grid.indexOf(from);
  const neighbours = Number.isInteger(index) && (to.sigma === 0 ? index === 0 : grid.indexOf(to) === index - 1);
  return posteriorFloat32(from, to, neighbours ? grid.betas[index]! : null);
}

/** The standard deviation of a step out of what the network says. */
const deviations: Readonly<
  Record<'learned-range' | 'learned' | 'learned-plain', (at: VarianceAt) => (said: number) => number>
> = {
  'learned-range'(at) {
    const { constant, raw } = learnedRangeVariance.logVariance(at);
    return (said) => Math.exp((constant + raw * said) / 2);
  },
  // The network speaks of variance-preserving levels; others are longer by their magnitude.
  learned:
    ({ less }) =>
    (said) =>
      magnitude(less) * Math.exp(said / 2),
  'learned-plain':
    ({ less }) =>
    (said) =>
      magnitude(less) * Math.sqrt(Math.max(0, said)),
};

const secondOutputMissing = (variance: string): ToolkitError =>
  new ToolkitError(
    'no-variance',
    `ddpm: variance "${variance}" needs a network with a second output for it (twice the channels), and this one has none. ` +
      'Use variance small or large.',
  );
