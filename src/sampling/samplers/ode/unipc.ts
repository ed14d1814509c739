import { show, ToolkitError } from '../../../core/errors.js';
import { choice, flag, integer, text } from '../../../core/options.js';
import type { Term } from '../../../core/space.js';
import { halfLogSnr, type Level } from '../../../diffusion/level.js';
import { corrected } from '../../rules/corrected.js';
import { exponentialWeights } from '../../rules/exponential-weights.js';
import { noiseOf } from '../../rules/noise-of.js';
import { defineSampler, type Past } from '../../sampler.js';

/**
 * Unified predictor-corrector (UniPC-p): a multistep predictor, then a corrector that reuses the evaluation which the
 * next step makes anyway.
 *
 *   data:   x′ = (σ′/σ)·x + α′·(1 − e^{−h})·D − α′·B·Σ aᵢ·(Dᵢ − D)/rᵢ,    h = λ′ − λ,  rᵢ = (λᵢ − λ)/h,  B = B(−h)
 *   noise:  x′ = (α′/α)·x − σ′·(e^h − 1)·n − σ′·B·Σ aᵢ·(nᵢ − n)/rᵢ,                                  B = B(h)
 *   bh1:    B(h) = h
 *   bh2:    B(h) = e^h − 1
 *
 * The predictor takes p − 1 earlier levels; the corrector takes the same and the level reached, r = 1, and moves what
 * the predictor gave. Zhao et al. 2023, arXiv:2302.04867, Algorithms 1 and 2.
 *
 * The aᵢ solve the linear system of Theorem 3.1 there, whose right-hand side has 1/B: the products B·aᵢ, all that
 * enters x′, are the weights of polynomial interpolation and the same for every B. B matters where the authors put a =
 * 1/2 instead of solving: in the predictor of p = 2 and the corrector of p = 1.
 *
 * UniPC-p is of order p + 1: three by default. It begins with p = 1, an error of h³ in one step, which limits a whole
 * walk with p = 3 to order three as well, with a small error. Corrected x and the estimate at the x before it are what
 * the next steps see. A step to σ′ = 0 is Euler's, one from pure noise, α = 0, too, and levels of pure noise are left
 * out of the polynomials.
 *
 * @example
 * import { unipc } from 'langevin/sampling';
 * unipc({ order: 3, solver: 'bh1' }).memory; // → 3
 */
export const unipc = defineSampler({
  name: 'unipc',
  order: 3,
  evaluations: 1,
  memory: 3,
  options: {
    order: integer({ default: 2, min: 1, max: 3, help: 'The p of UniPC-p: 2 with guidance, 3 without.' }),
    solver: choice(['bh2', 'bh1'], {
      default: 'bh2',
      help: 'B(h): e^h − 1, or h, which fits few steps without guidance.',
    }),
    prediction: choice(['data', 'noise'], { default: 'data', help: 'What is taken to be a polynomial in λ.' }),
    lowerOrderFinal: flag({ help: 'Lower orders in the last steps: p = 2 in the last but one, 1 in the last.' }),
    disableCorrector: text({
      default: '',
      placeholder: 'STEPS',
      help: 'Numbers of steps, from 0, whose result is not corrected, joined by commas; or "all".',
    }),
  },
  async step({ x: reached, from, to, index, count, history, denoise, lincomb }, options) {
    const disabled = disabledSteps(options.disableCorrector);
    /** p of a step before which so many levels are known. */
    const orderOf = (step: number, known: number): number =>
      Math.min(options.order, known + 1, options.lowerOrderFinal ? count - step : Infinity);
    const denoised = await denoise(reached, from);
    const past = history.filter(({ level }) => level.alpha > 0);

    type X = typeof reached;
    const bent = (places: readonly Past<X>[], target: Level, simple: boolean): readonly Term<X>[] => {
      const weights = bend({ nodes: places.map(({ level }) => level), target, simple, ...options });
      return places.map((place, i) => {
        return [weights[i]!, options.prediction === 'data' ? place.denoised : noiseOf(place, lincomb)];
      });
    };

    let here: Past<X> = { level: from, x: reached, denoised };
    const last = history[0];
    if (last !== undefined && last.level.alpha > 0 && !disabled(index - 1)) {
      const p = orderOf(index - 1, past.length - 1);
      const predicted = bent(past.slice(0, p), from, p === 2);
      const better = bent([last, here, ...past.slice(1, p)], from, p === 1);
      here = corrected(here, { predicted, better, of: options.prediction, lincomb });
    }

    const r = to.sigma / from.sigma;
    const euler = [[r, here.x] as const, [to.alpha - from.alpha * r, here.denoised] as const];
    const p = orderOf(index, past.length);
    const alone = p === 1 || from.alpha === 0 || to.sigma === 0;
    const terms = alone ? [] : bent([here, ...past.slice(0, p - 1)], to, p === 2);
    return { x: lincomb(...euler, ...terms), denoised, past: here };
  },
});

interface BendOptions {
  /** Where the integrand is known; the step starts at the first. */
  readonly nodes: readonly Level[];
  readonly target: Level;
  /** a = 1/2 in the place of the solution of the linear system, for two nodes. */
  readonly simple: boolean;
  readonly prediction: 'data' | 'noise';
  readonly solver: 'bh1' | 'bh2';
}

/** What every node adds to Euler's step; the weights add up to zero, as a constant integrand bends nothing. */
function bend({ nodes, target, simple, prediction, solver }: BendOptions): readonly number[] {
  const [from, other] = nodes as [Level, Level?];
  const scale = prediction === 'data' ? target.alpha : -target.sigma;
  let others: readonly number[];
  if (simple) {
    const h = halfLogSnr(target) - halfLogSnr(from);
    const hh = prediction === 'data' ? -h : h;
    const B = solver === 'bh1' ? hh : Math.expm1(hh);
    const r = (halfLogSnr(other!) - halfLogSnr(from)) / h;
    others = [((prediction === 'data' ? -scale : scale) * B) / (2 * r)];
  } else {
    const weights = exponentialWeights({ from, to: target, nodes, rate: prediction === 'data' ? 1 : -1 });
    others = weights.slice(1).map((w) => scale * w);
  }
  return [-others.reduce((sum, w) => sum + w, 0), ...others];
}

/** Which steps are not to be corrected, out of "0,1,2", "all" or nothing. */
function disabledSteps(list: string): (step: number) => boolean {
  if (list === 'all') return () => true;
  const steps = list === '' ? [] : list.split(',').map(Number);
  if (steps.every((step) => Number.isInteger(step) && step >= 0)) return (step) => steps.includes(step);
  throw new ToolkitError(
    'bad-option',
    `unipc: disableCorrector must be numbers of steps joined by commas, or "all", got ${show(list)}.`,
  );
}
