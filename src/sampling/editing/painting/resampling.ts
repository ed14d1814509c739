import { fold, type Key } from '../../../core/random.js';
import type { Space } from '../../../core/space.js';
import { type Interval, intervals, type Steps } from '../../intervals.js';
import { brownian } from '../../rules/brownian.js';
import type { Sampler, StepResult } from '../../sampler.js';

export interface ResampledOptions {
  /** The plain walk from noise to data. */
  readonly steps: Steps;
  /** How many steps are taken back at once. */
  readonly jump: number;
  /** How often every stretch of `jump` steps is walked in all. */
  readonly resamples: number;
}

/** One step of a walk that goes back and forth. */
export interface Visit extends Interval {
  /** Number of the step in the plain walk; for a jump back, that of the step it goes back to. */
  readonly place: number;
  /** Whether noise is added. */
  readonly back: boolean;
  /** Steps towards the data since the last jump: as far as the past can be trusted. */
  readonly since: number;
}

/**
 * A walk that goes over every stretch several times: wherever the number of steps still to go, the last one not counted,
 * is a multiple of `jump`, noise is added until `jump` steps earlier, `resamples` − 1 times.
 * Lugmayr et al. 2022, arXiv:2201.09865, Section 4.2 and the schedule of Appendix B.
 *
 * @example
 * import { resampled } from 'langevin/sampling';
 * const walk = resampled({ steps: [3, 2, 1, 0], jump: 1, resamples: 2 });
 * walk.map(({ from, to }) => `${from.sigma}→${to.sigma}`).join(' '); // → '3→2 2→3 3→2 2→1 1→2 2→1 1→0'
 */
export function resampled({ steps, jump, resamples }: ResampledOptions): readonly Visit[] {
  const path = intervals(steps);
  const left = path.map((_, place) => {
    const after = path.length - 2 - place; // what is left behind the next step
    return after >= 0 && after % jump === 0 && after < path.length - jump ? resamples - 1 : 0;
  });
  const visits: Visit[] = [];
  let since = 0;
  for (let place = 0; place < path.length; place++) {
    const step = path[place]!;
    visits.push({ ...step, place, back: false, since });
    since += 1;
    if (left[place]! === 0) continue;
    left[place]! -= 1;
    const earlier = place + 1 - jump;
    visits.push({ from: step.to, to: path[earlier]!.from, place: earlier, back: true, since });
    since = 0;
    place = earlier - 1;
  }
  return visits;
}

export interface ResamplingOptions<X> {
  readonly sampler: Sampler;
  readonly visits: readonly Visit[];
  readonly space: Space<X>;
  readonly like: X;
  readonly key: Key;
}

/**
 * A sampler that also walks the jumps of `resampled`: there it adds noise, x′ = (α′/α)·x + √(σ′² − (α′/α)²·σ²)·ε, and
 * everywhere else it is the sampler given, which is told of no past before the last jump and whose Brownian motion is a
 * new one on every visit. Lugmayr et al. 2022, arXiv:2201.09865, Algorithm 1, line 10.
 */
export function resampling<Y>({ sampler, visits, space, like, key }: ResamplingOptions<Y>): Sampler {
  const count = Math.max(...visits.map(({ place }) => place)) + 1;
  return Object.freeze({
    ...sampler,
    memory: Math.max(1, sampler.memory),
    async step<X>(at: Parameters<typeof sampler.step<X>>[0]): Promise<StepResult<X>> {
      const { from, to, place, back, since } = visits[at.index]!;
      if (back) {
        const r = to.alpha / from.alpha;
        const added = Math.sqrt(Math.max(0, to.sigma ** 2 - (r * from.sigma) ** 2));
        const x = at.lincomb([r, at.x], [added, at.noise('back')]);
        return { x, denoised: at.history[0]?.denoised ?? at.x };
      }
      const own = { space, like, key: fold(key, 'visit', at.index), walk: [{ from, to }] };
      const fresh = brownian(own) as unknown as typeof at.brownian;
      const history = at.history.slice(0, Math.min(since, sampler.memory));
      return sampler.step({ ...at, index: place, count, history, brownian: fresh });
    },
  });
}
