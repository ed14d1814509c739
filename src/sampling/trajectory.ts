import { show, ToolkitError } from '../core/errors.js';
import { finish } from '../core/finish.js';
import { fold, type Key } from '../core/random.js';
import type { Space } from '../core/space.js';
import { isFiniteValue, isFloats } from '../core/values.js';
import type { Grid } from '../diffusion/grid.js';
import { type Level, magnitude } from '../diffusion/level.js';
import { intervals, noisiest, type Steps } from './intervals.js';
import type { Landing } from './landing.js';
import type { Limit } from './limit.js';
import { brownian } from './rules/brownian.js';
import type { Denoiser, Estimate, Past, Sampler, VarianceDenoiser } from './sampler.js';

/** What one step saw: where it started, and the clean value it expected there. */
export interface Frame<X> {
  readonly index: number;
  readonly level: Level;
  readonly x: X;
  readonly denoised: X;
}

export interface TrajectoryOptions<X> {
  /** One with `estimate` serves samplers that use a learned variance. */
  readonly denoise: Denoiser<X> | VarianceDenoiser<X>;
  readonly sampler: Sampler;
  readonly steps: Steps;
  /** x at the first level; see `startingNoise`. */
  readonly start: X;
  readonly space: Space<X>;
  readonly key: Key;
  /** The levels of training, for samplers that count in their indices. */
  readonly grid?: Grid | undefined;
  /** Keeps estimates of the clean value within reason. */
  readonly limit?: Limit | undefined;
  /** Changes of the path after each step, in order: inpainting, asymmetric edits, guidance of the mean. */
  readonly landings?: readonly Landing<X>[];
  /** Recorded noise for the samplers in place of drawn noise; undefined leaves the draw. */
  readonly noises?: (index: number, label: string) => X | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Walks `steps` and yields every intermediate state: previews, progress, saving and stopping are the caller's.
 * Returns x at the last level.
 */
export async function* trajectory<X>(options: TrajectoryOptions<X>): AsyncGenerator<Frame<X>, X, undefined> {
  const { sampler, steps, space, key, signal } = options;
  const limit = (denoised: X): X => options.limit?.apply(denoised, space) ?? denoised;
  let x = options.start;
  let history: readonly Past<X>[] = [];
  const path = intervals(steps);
  const wiener = brownian({ space, like: options.start, key: fold(key, 'brownian'), walk: path });
  for (const [index, { from, to, via = [] }] of path.entries()) {
    signal?.throwIfAborted();
    if (from.sigma === 0 && sampler.direction === 'down') throw startsClean(sampler.name, index);
    const start = x;
    let model: X | null = null; // the answer at the start of the step
    const unlimited: Denoiser<X> = async (at, level) => {
      signal?.throwIfAborted(); // a sampler may take many steps of its own
      const denoised = await options.denoise(at, level);
      if (at === start && level === from) model = denoised;
      return checked({ denoised, like: start, who: sampler.name, index, level });
    };
    const { denoise } = options;
    const noise = (label: string): X =>
      options.noises?.(index, label) ?? space.gaussian(start, fold(key, 'step', index, label));
    const lincomb: Space<X>['lincomb'] = (...terms) => space.lincomb(...terms);
    const estimate = async (at: X, level: Level): Promise<Estimate<X>> => {
      const { denoised, variance } = await (denoise as VarianceDenoiser<X>).estimate(at, level);
      if (at === start && level === from) model = denoised;
      const [own, second] = [denoised, variance].map((value) =>
        checked({ denoised: value, like: start, who: sampler.name, index, level }),
      ) as [X, X];
      return { denoised: limit(own), variance: second };
    };
    const result = await sampler.step({
      x,
      from,
      to,
      via,
      index,
      count: path.length,
      history,
      unlimited,
      denoise: async (at, level) => limit(await unlimited(at, level)),
      estimate: 'estimate' in denoise ? estimate : null,
      grid: options.grid ?? null,
      limit,
      lincomb,
      noise,
      brownian: wiener,
    });
    const { denoised } = result;
    let landed = result.x;
    const known = { x, from, to, index, count: path.length, denoised, model: model ?? denoised, limit, lincomb, noise };
    for (const landing of options.landings ?? []) landed = await landing({ ...known, landed });
    if (!isFiniteValue(landed)) {
      throw new ToolkitError(
        'non-finite',
        `${sampler.name}: x became NaN or infinite in step ${index}, from sigma = ${from.sigma} to sigma = ${to.sigma}. ` +
          'Use more steps or a lower first level.',
      );
    }
    yield { index, level: from, x, denoised };
    history = [result.past ?? { level: from, x, denoised }, ...history].slice(0, sampler.memory);
    x = landed;
  }
  return x;
}

/** Runs a trajectory to its end. */
export const sample = <X>(options: TrajectoryOptions<X>): Promise<X> => finish(trajectory(options));

export interface StartingNoiseOptions<X> {
  readonly steps: Steps;
  /** Any value of the shape to sample. */
  readonly like: X;
  readonly space: Space<X>;
  readonly key: Key;
  /** Size of the noise at a level, asked of the noisiest one; `magnitude` unless told, see `starts`. */
  readonly scale?: (level: Level) => number;
}

/** x at the first of `steps` when the data has unit variance and is long forgotten: √(α² + σ²)·noise. */
export function startingNoise<X>({ steps, like, space, key, scale = magnitude }: StartingNoiseOptions<X>): X {
  return space.lincomb([scale(noisiest(steps)), space.gaussian(like, fold(key, 'start'))]);
}

const startsClean = (who: string, index: number): ToolkitError =>
  new ToolkitError(
    'bad-steps',
    `${who}: step ${index} starts without noise, and there is nothing to take away there. ` +
      'Start at a noisy level, or use a sampler that walks up (ddim-inverse).',
  );

interface CheckOptions<X> {
  readonly denoised: X;
  readonly like: X;
  readonly who: string;
  readonly index: number;
  readonly level: Level;
}

function checked<X>({ denoised, like, who, index, level }: CheckOptions<X>): X {
  if (isFloats(like) && isFloats(denoised) && like.shape.join() !== denoised.shape.join()) {
    throw new ToolkitError(
      'shape-mismatch',
      `${who}: denoise returned shape ${show(denoised.shape)}, expected ${show(like.shape)}.`,
    );
  }
  if (isFiniteValue(denoised)) return denoised;
  throw new ToolkitError(
    'non-finite',
    `${who}: denoise returned NaN or infinity in step ${index}, at alpha = ${level.alpha}, sigma = ${level.sigma}. ` +
      'Check the weights and the prediction type of the model.',
  );
}
