import { ToolkitError } from '../../../core/errors.js';
import { choice, integer, number } from '../../../core/options.js';
import { between, halfLogSnr, type Level } from '../../../diffusion/level.js';
import { moved, partway, type Weigh } from '../../rules/dpm-singlestep.js';
import { errorNorm } from '../../rules/error-norm.js';
import type { Varying } from '../../rules/exponential.js';
import { pidControl } from '../../rules/step-control.js';
import { defineSampler, type Past, type Step } from '../../sampler.js';

const who = 'dpm-adaptive';

/**
 * DPM-Solver-12 and -23: crosses an interval by steps of its own in λ = ln(α/σ), whose length the difference of two
 * answers of neighbouring order decides.
 *
 *   low, high = DPM-Solver-2 and -3 (or -1 and -2) from the same estimates,   e = ‖(low − high)/(atol + rtol·|x|)‖
 *   h ← h·(1 + atan(f − 1)),   f = e^{−b₁}·e_prev^{−b₂}·e_prev2^{−b₃},   accepted when f ≥ 0.81
 *   b = ((p + i + d), −(p + 2d), d)/order: proportional, integral and differential control
 *
 * Lu et al. 2022, arXiv:2206.00927, Appendix C; k-diffusion `sample_dpm_adaptive`; control after Söderlind 2003,
 * "Digital filters in adaptive time-stepping" (ACM TOMS 29:1), Equation 31. To σ′ = 0 it walks as far as
 * σ/α = `sigmaMin`, from pure noise it first takes one step of order 1 to α/σ = 1/100.
 *
 * The tolerance decides the number of denoiser calls and the intervals hardly matter: two levels are enough. One length
 * serves a whole batch, the picture hardest to follow sets it. To see how many steps a model needs, and for one-off
 * exact results; at a known budget the multistep rules are cheaper.
 */
export const dpmAdaptive = defineSampler({
  name: who,
  order: 3,
  evaluations: 3,
  memory: 1,
  exempt: {
    evaluations: 'The tolerance decides how often the denoiser is asked.',
    order: 'It keeps to a tolerance at any number of steps; its own tests measure error against tolerance.',
  },
  options: {
    order: integer({ default: 3, min: 2, max: 3, help: 'Order of the better of the two answers.' }),
    of: choice(['noise', 'data'], { default: 'noise', help: 'What varies slowly: the noise, or D (DPM-Solver++).' }),
    rtol: number({ default: 0.05, min: 1e-12, max: 1e9, help: 'Error tolerated in relation to x.' }),
    atol: number({
      default: 0.0078,
      min: 1e-12,
      max: 1e9,
      help: 'Error tolerated anyway; 0.0078 is one of 256 shades.',
    }),
    initial: number({ default: 0.05, min: 1e-6, max: 10, help: 'Length in λ of the very first step.' }),
    proportional: number({ default: 0, min: -2, max: 2, help: 'Proportional part of the step control.' }),
    integral: number({ default: 1, min: 0, max: 2, help: 'Integral part of the step control.' }),
    differential: number({ default: 0, min: -2, max: 2, help: 'Differential part of the step control.' }),
    safety: number({ default: 0.81, min: 0.1, max: 1, help: 'Least factor of a step that is accepted.' }),
    eta: number({ default: 0, min: 0, max: 10, help: 'Power of the noise as a multiple of the reverse SDE’s.' }),
    sigmaMin: number({ default: 0.002, min: 1e-9, max: 1, help: 'σ/α at which the clean value is taken as it is.' }),
  },
  async step(at, options) {
    const { from, to, denoise, lincomb } = at;
    const denoised = await denoise(at.x, from);
    const hold = (x: typeof at.x, over: { readonly from: Level; readonly to: Level; readonly clean: typeof at.x }) => {
      const node = { level: over.from, x, denoised: over.clean };
      const { to, from } = over;
      return moved({ ...at, x, from }, { to, of: 'data', eta: options.eta, nodes: [node], weigh: ([w]) => [w] });
    };
    const begin = from.alpha === 0 ? ratioBetween(at, Math.log(0.01)) : from;
    const end = to.sigma === 0 ? ratioBetween(at, -Math.log(options.sigmaMin)) : to;
    if (halfLogSnr(end) <= halfLogSnr(begin)) return { x: hold(at.x, { from, to, clean: denoised }), denoised };

    const x = begin === from ? at.x : hold(at.x, { from, to: begin, clean: denoised });
    const first = { level: begin, x, denoised: begin === from ? denoised : await denoise(x, begin) };
    const { last, stride } = await solve({ ...at, to: end }, first, options);
    const past = { level: from, x: at.x, denoised, stride };
    if (end === to) return { x: last.x, denoised, past };
    const clean = await denoise(last.x, end);
    return { x: lincomb([to.alpha, clean]), denoised, past };
  },
});

/** The level of the given ln(α/σ), between the ends of the interval but no further than these. */
function ratioBetween<X>({ from, to }: Step<X>, lambda: number): Level {
  if (halfLogSnr(from) >= lambda) return from;
  return halfLogSnr(to) <= lambda ? to : between({ from, to, lambda });
}

interface SolveOptions {
  readonly order: number;
  readonly of: Varying;
  readonly rtol: number;
  readonly atol: number;
  readonly initial: number;
  readonly proportional: number;
  readonly integral: number;
  readonly differential: number;
  readonly safety: number;
  readonly eta: number;
}

/** Walks from `first` to `at.to`. */
async function solve<X>(at: Step<X>, first: Past<X>, options: SolveOptions) {
  const { to, history, denoise, lincomb } = at;
  const { rtol, atol, eta } = options;
  const control = pidControl({ ...options, order: eta > 0 ? 1.5 : options.order }); // noise: answers differ by O(h^{3/2})
  let here = first;
  let previous = first.x;
  let stride = history[0]?.stride ?? options.initial;
  for (let trial = 0; trial < mostTrials; trial++) {
    const left = halfLogSnr(to) - halfLogSnr(here.level);
    const target = stride >= left ? to : partway(here.level, to, stride / left);
    const { low, high } = await answers({ at, here, target }, options);
    const error = errorNorm({ who, error: lincomb([1, low], [-1, high]), between: [low, previous], atol, rtol });
    const { accepted, factor } = control(error);
    const next = Math.min(stride, left) * factor;
    if (accepted && target === to) return { last: { level: to, x: high }, stride: Math.max(next, stride) };
    if (accepted) {
      here = { level: target, x: high, denoised: await denoise(high, target) };
      previous = low;
    }
    stride = next;
  }
  throw new ToolkitError(
    'no-progress',
    `${who}: ${mostTrials} sub-steps were tried and led to sigma = ${here.level.sigma}, not to ${to.sigma}. ` +
      'Raise rtol or atol; float32 cannot follow below about 1e-6.',
  );
}

/** Sub-steps tried in one interval before the tolerance is called hopeless. */
const mostTrials = 10_000;

interface Attempt<X> {
  readonly at: Step<X>;
  readonly here: Past<X>;
  readonly target: Level;
}

/** Two answers at `target`, the better one of `order` and its neighbour, out of the same estimates. */
async function answers<X>({ at, here, target }: Attempt<X>, { order, of, eta }: SolveOptions) {
  const go = (to: Level, nodes: readonly Past<X>[], weigh: Weigh): X =>
    moved({ ...at, x: here.x, from: here.level }, { to, of, eta, nodes, weigh });
  const look = async (fraction: number, nodes: readonly Past<X>[], weigh: Weigh): Promise<Past<X>> => {
    const level = partway(here.level, target, fraction);
    const x = go(level, nodes, weigh);
    return { level, x, denoised: await at.denoise(x, level) };
  };
  const r = order === 3 ? 1 / 3 : 1 / 2;
  const second = await look(r, [here], ([w]) => [w]);
  const double = go(target, [here, second], ([w]) => [w * (1 - 1 / (2 * r)), w / (2 * r)]);
  if (order === 2) return { low: go(target, [here], ([w]) => [w]), high: double };

  const third = await look(2 * r, [here, second], ([w, slope]) => [w - 2 * slope, 2 * slope]);
  const triple = go(target, [here, third], ([w, slope]) => [w - slope / (2 * r), slope / (2 * r)]);
  return { low: double, high: triple };
}
