import { floats, type HostArray } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { type Level, magnitude } from '../../diffusion/level.js';
import { assemble, intervals, startingNoise, trajectory } from '../../sampling/index.js';
import { samplerOf, stepsOf } from './chosen.js';
import type { PlotOptions } from './plot-options.js';
import type { Subject } from './subject.js';

type Batch = HostArray<'float32'>;

/** Every place that points visit on their way, noise first. */
export interface Walk {
  /** [N, dim] at each level, in units of √(α² + σ²): where noise has unit size in every notation. */
  readonly places: readonly Batch[];
  readonly levels: readonly Level[];
  /** How often the denoiser was asked. */
  readonly evaluations: number;
  readonly end: Batch;
}

export interface WalkOptions extends Pick<PlotOptions, 'steps' | 'spacing' | 'seed'> {
  readonly subject: Subject;
  readonly sampler: string;
  readonly count: number;
  readonly signal: AbortSignal;
}

/** Walks `count` points of a subject from noise to data with one sampler; the same noise for every sampler. */
export async function walkPoints({
  subject,
  sampler,
  steps: length,
  spacing,
  seed,
  count,
  signal,
}: WalkOptions): Promise<Walk> {
  const parts = assemble({ ...subject.scheme, sampler: samplerOf(sampler), steps: stepsOf(spacing) });
  const steps = parts.steps(length);
  const space = batchSpace();
  using opened = await subject.open(count);
  let evaluations = 0;
  const denoise = (x: Batch, level: Level): Promise<Batch> => {
    evaluations += 1;
    return opened.denoise(x, level);
  };
  const like = floats([count, subject.dim]);
  const start = startingNoise({ steps, like, space, key: key(seed), scale: parts.startScale });
  const walk = trajectory({ ...parts, steps, denoise, start, space, key: key(seed), signal });
  const places: Batch[] = [];
  const levels: Level[] = [];
  for (;;) {
    const { done, value } = await walk.next();
    if (done) {
      const last = intervals(steps).at(-1)!.to;
      return { places: [...places, scaled(value, last)], levels: [...levels, last], evaluations, end: value };
    }
    places.push(scaled(value.x, value.level));
    levels.push(value.level);
  }
}

/** x/√(α² + σ²). */
export function scaled(x: Batch, level: Level): Batch {
  const size = magnitude(level);
  return size === 1
    ? x
    : floats(
        x.shape,
        x.data.map((value) => value / size),
      );
}

/** The way of each point through the plane, out of the places of all points at each level. */
export const pathsOf = (places: readonly Batch[]): readonly Float64Array[] =>
  Array.from({ length: places[0]!.shape[0]! }, (_, i) =>
    Float64Array.from({ length: 2 * places.length }, (_, k) => places[k >> 1]!.data[2 * i + (k & 1)]!),
  );
