import { concatRows, floats, type HostArray } from '../../core/host-array.js';
import {
  type DiffusionModel,
  type GenerateFrame,
  type GuidingModels,
  generate,
  isPointModel,
} from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Output } from '../terminal/output.js';
import { watched } from '../terminal/watched.js';
import type { Sampling } from './settle-sampling.js';

export interface DrawSamplesOptions {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly sampling: Sampling;
  /** Other networks that guidance asks. */
  readonly guiding?: GuidingModels;
  /** What to keep of every step: the noisy samples, the clean ones expected, or nothing. */
  readonly keep: 'noisy' | 'expected' | null;
  readonly out: Output;
  readonly signal: AbortSignal;
}

export interface Drawn {
  readonly pictures: HostArray<'float32'>;
  /** All samples at each step. */
  readonly frames: readonly HostArray<'float32'>[];
}

/** Samples with a bar, keeping frames where an animation is to be made. */
export async function drawSamples(options: DrawSamplesOptions): Promise<Drawn> {
  const { model, runtime, sampling, guiding, keep, out, signal } = options;
  const { labels, scheme, guidedBy: _, ...rest } = sampling;
  const work = generate({ model, runtime, ...rest, ...guiding, ...(labels && { labels }), scheme, signal });
  const frames: HostArray<'float32'>[][] = [];
  const shown = isPointModel(model) ? (x: HostArray<'float32'>) => x : withinRange;
  const each = (frame: GenerateFrame): void => {
    if (keep !== null) (frames[frame.step - 1] ??= []).push(keep === 'noisy' ? shown(frame.x) : frame.denoised);
  };
  const pictures = await watched(work, { what: 'Sampling', out, each });
  return { pictures, frames: frames.map(concatRows) };
}

/** Noise far beyond the range of pictures, as in notations without α, is shown at unit size. */
function withinRange(x: HostArray<'float32'>): HostArray<'float32'> {
  const square = x.data.reduce((sum, value) => sum + value * value, 0) / x.data.length;
  return square <= 1.5
    ? x
    : floats(
        x.shape,
        x.data.map((value) => value / Math.sqrt(square)),
      );
}
