import { ToolkitError } from '../core/errors.js';
import { finish } from '../core/finish.js';
import { floats, type HostArray } from '../core/host-array.js';
import { integer, resolve } from '../core/options.js';
import { key } from '../core/random.js';
import { type RandomMode, randomModes } from '../core/random-modes.js';
import { dataShape } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import { assemble, intervals, type Scheme, startingNoise, trajectory } from '../sampling/index.js';
import { type GenerateFrame, inTurn } from './batches.js';
import { checkGuidance, type Guiding, type GuidingModels, guider, guidingOf } from './guiding.js';
import { checkLabels, type Labels, rowLabels } from './labels.js';
import type { DiffusionModel } from './model.js';
import { batchNetwork } from './network.js';

type Batch = HostArray<'float32'>;

export interface GenerateOptions extends GuidingModels {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly count: number;
  readonly seed: number;
  /** One label per picture; null for "any class". Unconditional models take none. */
  readonly labels?: Labels;
  /** How labels are followed: the scale of classifier-free guidance, where 1 is none, or guidance by name. */
  readonly guidance?: number | Guiding;
  /** Parts of the model's own scheme to replace: sampler, steps, limit. */
  readonly scheme?: Partial<Pick<Scheme, 'sampler' | 'steps' | 'limit'>>;
  readonly steps: number;
  /** Pictures computed together. It does not change them. */
  readonly batch?: number;
  /** Where noise comes from: a stream per picture, or one torch generator for the whole batch. */
  readonly random?: RandomMode;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pictures [N, C, H, W] or points [N, D] out of noise, in about [−1, 1]; yields after every step. Picture i depends on the seed, on i and
 * on its label alone: batch size and neighbours change no bit of it (with the `philox` streams).
 */
export async function* generate(options: GenerateOptions): AsyncGenerator<GenerateFrame, Batch, undefined> {
  const { model, runtime, count, seed, guidance = 1, steps: length, random = 'philox', signal } = options;
  check(options);
  const parts = assemble({ ...model.scheme, ...options.scheme });
  if (parts.sampler.direction === 'up') {
    throw new ToolkitError(
      'bad-option',
      `generate: the sampler ${parts.sampler.name} walks from pictures to noise and makes none. Use another, for example ddim.`,
    );
  }
  const steps = parts.steps(length);
  const batch = Math.min(count, options.batch ?? 16);
  using network = batchNetwork({ model, runtime, batch });
  using guide = guider({ ...options, network, precondition: parts.precondition, guiding: guidingOf(guidance) });
  return yield* inTurn({
    ...{ count, batch, steps: intervals(steps).length },
    walk({ first, count: size, pictures }) {
      const space = randomModes.get(random)({ seed, first });
      const labels = rowLabels({ model, labels: options.labels, first, count: size });
      const path = guide({ pictures, labels, space });
      const like = floats([size, ...dataShape(model.config)]);
      const start = startingNoise({ steps, like, space, key: key(seed), scale: parts.startScale });
      return trajectory({ ...parts, ...path, steps, start, space, key: key(seed), signal });
    },
  });
}

/** Runs `generate` to its end. */
export const generateAll = (options: GenerateOptions): Promise<Batch> => finish(generate(options));

/** One clear error for what cannot be asked, before anything is compiled. */
function check(options: GenerateOptions): void {
  const { count, seed, batch } = options;
  resolve('generate', numberOptions, { count, seed, batch });
  checkLabels({ who: 'generate', ...options });
  checkGuidance({ who: 'generate', ...options });
}

const numberOptions = {
  count: integer({ default: 1, min: 1, help: 'Pictures to make.' }),
  seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Where the noise comes from.' }),
  batch: integer({ default: 16, min: 1, help: 'Pictures computed together.' }),
};
