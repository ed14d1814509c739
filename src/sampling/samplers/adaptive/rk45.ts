import { dormandPrincePair } from '../../../core/dormand-prince.js';
import { ToolkitError } from '../../../core/errors.js';
import { number } from '../../../core/options.js';
import type { Term } from '../../../core/space.js';
import type { Level } from '../../../diffusion/level.js';
import { errorNorm } from '../../rules/error-norm.js';
import { defineSampler, type Step } from '../../sampler.js';

/**
 * Runge–Kutta of order 5 with an estimate of its error of order 4 beside it, on the probability-flow ODE; as many
 * sub-steps inside an interval as the tolerance asks for.
 *
 *   dx/du = Δα·D + Δσ·n,   n = (x − α·D)/σ          u from 0 to 1 along the straight line from (α, σ) to (α′, σ′)
 *   h ← 0.9·h·e^{−1/5}                              e: the error over atol + rtol·|x|; accepted when e ≤ 1
 *
 * Dormand & Prince 1980, "A family of embedded Runge-Kutta formulae" (J. Comp. Appl. Math. 6:1), Table 2; for diffusion
 * Song et al. 2021, arXiv:2011.13456, Section 4.3. On the way to σ′ = 0 the ODE is left at σ/α = `sigmaMin`, and the
 * expected clean value there is the answer.
 *
 * The result depends on the tolerance and hardly on the steps: two intervals are as good as fifty. One level serves a
 * whole batch, so the picture that is hardest to follow sets the pace: within the tolerance, pictures depend on their
 * batch. Use it for reference results and for encoding pictures; few-step samplers are cheaper.
 */
export const rk45 = defineSampler({
  name: 'rk45',
  order: 5,
  evaluations: 7,
  memory: 0,
  exempt: {
    evaluations: 'The tolerance decides how often the denoiser is asked.',
    order: 'It keeps to a tolerance at any number of steps; its tests measure order 5 with the control off.',
  },
  options: {
    rtol: number({ default: 1e-4, min: 1e-12, max: 1e9, help: 'Error tolerated in relation to x.' }),
    atol: number({ default: 1e-4, min: 1e-12, max: 1e9, help: 'Error tolerated anyway.' }),
    sigmaMin: number({ default: 0.002, min: 1e-9, max: 1, help: 'σ/α at which the clean value is taken as it is.' }),
  },
  async step(at, options) {
    const { from, to } = at;
    if (to.sigma > 0) return solve(at, to, options);
    if (from.sigma <= options.sigmaMin * from.alpha) {
      const denoised = await at.denoise(at.x, from);
      return { x: at.lincomb([to.alpha, denoised]), denoised };
    }
    const u = (from.sigma - options.sigmaMin * from.alpha) / (from.sigma + options.sigmaMin * (to.alpha - from.alpha));
    const leave = along({ from, to, u });
    const { x, denoised } = await solve(at, leave, options);
    const last = await at.denoise(x, leave);
    return { x: at.lincomb([to.alpha, last]), denoised };
  },
});

const { nodes, tableau, difference } = dormandPrincePair;

/** Sub-steps tried in one interval before the tolerance is called hopeless. */
const mostTrials = 10_000;

interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** Integrates over the straight line from `at.from` to `to`. */
async function solve<X>(at: Step<X>, to: Level, { rtol, atol }: Tolerance): Promise<{ x: X; denoised: X }> {
  const { from, lincomb } = at;
  const [deltaAlpha, deltaSigma] = [to.alpha - from.alpha, to.sigma - from.sigma];
  let denoised: X | undefined; // at the start
  const slope = async (x: X, u: number): Promise<X> => {
    const level = along({ from, to, u });
    const d = await at.denoise(x, level);
    denoised ??= d;
    return lincomb([deltaSigma / level.sigma, x], [deltaAlpha - (deltaSigma * level.alpha) / level.sigma, d]);
  };

  let [x, u, h] = [at.x, 0, 1];
  let first = await slope(x, 0);
  for (let trial = 0; u < 1; trial++) {
    if (trial === mostTrials) throw tooFine(from, u);
    const slopes = [first];
    let reached = x;
    for (let stage = 1; stage < nodes.length; stage++) {
      reached = lincomb([1, x], ...weighted(tableau[stage]!, slopes, h));
      slopes.push(await slope(reached, u + nodes[stage]! * h));
    }
    const error = lincomb(...weighted(difference, slopes, h));
    const e = errorNorm({ who: 'rk45', error, between: [x, reached], atol, rtol });
    if (e <= 1) {
      u = h === 1 - u ? 1 : u + h;
      x = reached;
      first = slopes.at(-1)!; // the last stage is the first of the next step
    }
    h = Math.min(1 - u, h * Math.min(10, Math.max(0.2, 0.9 * e ** -0.2)));
  }
  return { x, denoised: denoised! };
}

/** h·Σ cᵢ·kᵢ as terms. */
const weighted = <X>(row: readonly number[], slopes: readonly X[], h: number): Term<X>[] =>
  row.flatMap((c, i) => (c === 0 ? [] : [[h * c, slopes[i]!] as const]));

const along = ({ from, to, u }: { readonly from: Level; readonly to: Level; readonly u: number }): Level =>
  u === 1 ? to : { alpha: from.alpha + u * (to.alpha - from.alpha), sigma: from.sigma + u * (to.sigma - from.sigma) };

const tooFine = (from: Level, u: number): ToolkitError =>
  new ToolkitError(
    'no-progress',
    `rk45: ${mostTrials} sub-steps were tried and led ${(100 * u).toFixed(1)} % through the interval that starts at ` +
      `sigma = ${from.sigma}. Raise rtol or atol; float32 cannot follow below about 1e-6.`,
  );
