import { integer, number } from '../../../core/options.js';
import { rowNorms, rowSize, scaleRows } from '../../../core/rowwise.js';
import type { Space } from '../../../core/space.js';
import { magnitude } from '../../../diffusion/level.js';
import type { Interval } from '../../intervals.js';
import { ddim } from '../../samplers/ode/ddim.js';
import { sample } from '../../trajectory.js';
import { anderson, type Guess } from './anderson.js';
import { defineInversion, type InversionFrame, type Solved, type UpwardTask } from './inversion.js';

/**
 * Exact inversion: for every step of DDIM, the point from which it lands where it should, by fixed-point iteration until
 * the step back misses by less than a tolerance.
 *
 *   S(x′) = x,   S(x′) = r·x′ + (α − α′·r)·D(x′; α′, σ′),   r = σ/σ′
 *   x′ ← x′ + (x − S(x′))/J,   J = r + (α − α′·r)·α′/(α′² + σ′²)
 *
 * J is the slope of S for unit Gaussian data. J = α/α′ would be the iteration of AIDI (Pan et al. 2023,
 * arXiv:2309.04907) and ReNoise (Garibi et al. 2024, arXiv:2403.14602, Section 3), x′ ← α′·(x − σ·ε(x′))/α + σ′·ε(x′):
 * the same where there is little noise, but slow next to pure noise. Guesses are mixed by Anderson's rule, as AIDI does;
 * `memory` says of how many.
 *
 * Every picture stops by itself. A guess that misses more than a hundred times what the first one missed counts as diverged,
 * and the best one so far is kept; so it is when the rounds are used up. Both are told, step by step.
 *
 * A guided denoiser is as good as any other: the guided map is what is inverted. Large scales make it expand, and then
 * it may diverge; more steps help.
 *
 * A step to the level without noise is D itself, which forgets what the model would not draw: such details cannot be
 * solved for. Let the steps end a little above, where σ > 0 remembers them.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { fixedPointInversion, invertAll, karrasSteps, sample } from 'langevin/sampling';
 * const space = batchSpace();
 * // of data ~ N(0, 0.25) the best denoiser is a formula
 * const denoise = async (x, { sigma }) => space.lincomb([0.25 / (0.25 + sigma ** 2), x]);
 * const steps = karrasSteps({ count: 5, sigmaMin: 0.02, sigmaMax: 10 });
 * const clean = floats([1, 1], [0.5]);
 * const { walk } = await invertAll(fixedPointInversion(), { denoise, clean, steps, space, key: key(0) });
 * const back = await sample({ ...walk, denoise, space, key: key(0) });
 * back.data[0].toFixed(4); // → '0.5000'
 */
export const fixedPointInversion = defineInversion({
  name: 'fixed-point',
  order: Infinity,
  evaluations: 2,
  refusesGuidance: null,
  refusesClean: null,
  options: {
    tolerance: number({
      default: 1e-6,
      min: 0,
      max: 1,
      help: 'Root mean square of what a step back may miss, in units of the picture.',
    }),
    rounds: integer({ default: 50, min: 1, max: 10_000, help: 'Guesses a step at most.' }),
    memory: integer({ default: 3, min: 0, max: 10, help: 'Past guesses that are mixed in; 0 is the plain iteration.' }),
  },
  sampler: () => ddim({ direction: 'model' }),
  async *invert(task, options) {
    const { steps, end, space } = task;
    let x = end;
    for (let index = 0; index < steps.length; index++) {
      const interval = steps[steps.length - 1 - index]!;
      const { from, to } = interval;
      const first = space.lincomb([magnitude(from) / magnitude(to), x]);
      const { x: found, solved } = await solve({ ...task, interval, target: x, first }, options);
      x = found;
      yield { index, count: steps.length, level: from, x, solved } satisfies InversionFrame<typeof x>;
    }
    return { start: x };
  },
});

interface Problem<X> extends Pick<UpwardTask<X>, 'denoise' | 'space' | 'key' | 'limit' | 'signal' | 'sampler'> {
  readonly interval: Interval;
  /** Where the step should land. */
  readonly target: X;
  /** The first guess of where it starts. */
  readonly first: X;
}

interface Effort {
  readonly tolerance: number;
  readonly rounds: number;
  readonly memory: number;
}

/** How often the first miss a later one may be before it counts as diverged. */
const hopeless = 100;

async function solve<X>(
  { interval, target, first, space, sampler, ...walk }: Problem<X>,
  { tolerance, rounds, memory }: Effort,
): Promise<{ readonly x: X; readonly solved: Solved }> {
  const slope = slopeOf(interval);
  const unit = Math.sqrt(rowSize(target));
  let guesses: readonly Guess<X>[] = [];
  let [x, best] = [first, first];
  let least: readonly number[] = [];
  let gone: readonly boolean[] = [];
  let limits: readonly number[] | undefined;
  for (let round = 1; ; round++) {
    const landed = await sample({ ...walk, sampler, steps: [interval], start: x, space });
    const miss = space.lincomb([1, target], [-1, landed]);
    const misses = rowNorms('fixed-point', miss).map((norm) => norm / unit);
    limits ??= misses.map((value) => hopeless * Math.max(value, tolerance));
    const better = misses.map((value, row) => value < (least[row] ?? Infinity));
    best = chosen(space, { from: best, to: x, rows: better });
    least = misses.map((value, row) => Math.min(value, least[row] ?? Infinity));
    gone = misses.map((value, row) => gone[row] === true || !(value <= limits![row]!));
    const open = least.map((value, row) => value > tolerance && !gone[row]);
    if (!open.includes(true) || round === rounds) {
      const outcomes = least.map((value, row) =>
        value <= tolerance ? 'converged' : gone[row] ? 'diverged' : 'stalled',
      );
      return { x: best, solved: { rounds: round, residuals: least, outcomes } };
    }
    guesses = [{ x, miss: space.lincomb([1 / slope, miss]) }, ...guesses].slice(0, memory + 1);
    x = chosen(space, { from: best, to: anderson('fixed-point', space, guesses), rows: open });
  }
}

/** dS/dx′ for unit Gaussian data, where D(x′) = α′·x′/(α′² + σ′²). */
function slopeOf({ from, to }: Interval): number {
  const r = to.sigma / from.sigma;
  return r + ((to.alpha - from.alpha * r) * from.alpha) / magnitude(from) ** 2;
}

interface Choice<X> {
  readonly from: X;
  readonly to: X;
  readonly rows: readonly boolean[];
}

/** The rows of `to` where `rows` says so, of `from` elsewhere; a picture that is done moves no more. */
function chosen<X>(space: Space<X>, { from, to, rows }: Choice<X>): X {
  if (!rows.includes(false)) return to;
  if (!rows.includes(true)) return from;
  const factors = rows.map(Number);
  const kept = factors.map((factor) => 1 - factor);
  return space.lincomb([1, scaleRows('fixed-point', to, factors)], [1, scaleRows('fixed-point', from, kept)]);
}
