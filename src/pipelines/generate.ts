import { show, ToolkitError } from '../core/errors.js';
import { finish } from '../core/finish.js';
import { concatRows, floats, type HostArray } from '../core/host-array.js';
import { integer, resolve } from '../core/options.js';
import { key } from '../core/random.js';
import { type RandomMode, randomModes } from '../core/random-modes.js';
import { dataShape } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import {
  assemble,
  type GuidanceName,
  guidances,
  type Role,
  type Scheme,
  startingNoise,
  trajectory,
} from '../sampling/index.js';
import { type Guiding, type GuidingModels, guider } from './guiding.js';
import { type DiffusionModel, nullLabel, rowLabels } from './model.js';
import { batchNetwork } from './network.js';

type Batch = HostArray<'float32'>;

export interface GenerateOptions extends GuidingModels {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly count: number;
  readonly seed: number;
  /** One label per picture; null for "any class". Unconditional models take none. */
  readonly labels?: readonly (number | null)[];
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

/** What is known after one step of one batch. */
export interface GenerateFrame {
  /** Steps done and to do over all batches. */
  readonly done: number;
  readonly total: number;
  /** Number of the first picture of this batch. */
  readonly first: number;
  readonly step: number;
  readonly x: Batch;
  /** The clean pictures expected at this step. */
  readonly denoised: Batch;
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
  const guiding = typeof guidance === 'number' ? byScale(options, guidance) : guidance;
  using network = batchNetwork({ model, runtime, batch });
  using guide = guider({ ...options, network, precondition: parts.precondition, guiding });
  const pictures: Batch[] = [];
  for (let first = 0; first < count; first += batch) {
    const size = Math.min(batch, count - first);
    const space = randomModes.get(random)({ seed, first });
    const labels = rowLabels({ model, labels: options.labels, first, count: size });
    const path = guide({ labels, first, count: size, space });
    const like = floats([size, ...dataShape(model.config)]);
    const start = startingNoise({ steps, like, space, key: key(seed), scale: parts.startScale });
    const walk = trajectory({ ...parts, ...path, steps, start, space, key: key(seed), signal });
    for (;;) {
      const { done, value } = await walk.next();
      if (done) {
        pictures.push(value);
        break;
      }
      const step = value.index + 1;
      const before = Math.floor(first / batch) * length;
      const total = Math.ceil(count / batch) * length;
      yield { done: before + step, total, first, step, x: value.x, denoised: value.denoised };
    }
  }
  return concatRows(pictures);
}

/** Runs `generate` to its end. */
export const generateAll = (options: GenerateOptions): Promise<Batch> => finish(generate(options));

/** Classifier-free guidance of a scale, for those who have labels and something to compare with. */
function byScale({ model, labels }: GenerateOptions, scale: number): Guiding {
  const isGuided = scale !== 1 && labels !== undefined && nullLabel(model) !== null;
  return { choices: isGuided ? [{ name: 'classifier-free', options: { scale } }] : [] };
}

/** One clear error for what cannot be asked, before anything is compiled. */
function check(options: GenerateOptions): void {
  resolve('generate', numberOptions, { count: options.count, seed: options.seed, batch: options.batch });
  checkLabels(options);
  checkGuiding(options);
}

const numberOptions = {
  count: integer({ default: 1, min: 1, help: 'Pictures to make.' }),
  seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Where the noise comes from.' }),
  batch: integer({ default: 16, min: 1, help: 'Pictures computed together.' }),
};

function checkLabels(options: GenerateOptions): void {
  const { model, count, labels } = options;
  const refuse = (sentence: string): never => {
    throw new ToolkitError('bad-label', sentence);
  };
  const rows = model.config.num_class_embeds;
  if (rows === null) {
    if (labels) refuse('This model has no classes: leave the labels out.');
    return;
  }
  const range = `integers in [0, ${rows - 1}]`;
  const free = nullLabel(model);
  if (labels && labels.length !== count) {
    refuse(`generate: ${count} pictures need ${count} labels, got ${labels.length}.`);
  }
  const stray = labels?.find((label) => label !== null && !(Number.isInteger(label) && label >= 0 && label < rows));
  if (stray !== undefined) refuse(`generate: labels must be ${range}, got ${show(stray)}.`);
  if (free !== null) return;
  if (!labels || labels.includes(null)) {
    refuse(`generate: this model has no label for "any class". Give every picture one of its labels, ${range}.`);
  }
  if (comparesWithAny(options)) {
    refuse('generate: guidance compares with "any class", and this model has no label for it. Leave guidance at 1.');
  }
}

/** Lists of guidance have one entry a picture, and name labels of the model. */
function checkGuiding({ model, count, guidance, classifier }: GenerateOptions): void {
  if (guidance === undefined || typeof guidance === 'number') return;
  const { composed, negatives, towards } = guidance;
  for (const [what, list] of Object.entries({ compositions: composed, 'outputs to climb towards': towards })) {
    if (list === undefined || list.length === count) continue;
    throw new ToolkitError('bad-label', `generate: ${count} pictures need ${count} ${what}, got ${list.length}.`);
  }
  const checkAll = (who: string, labels: readonly number[], rows: number): void => {
    const stray = labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < rows));
    if (stray === undefined) return;
    throw new ToolkitError('bad-label', `generate: ${who} must be integers in [0, ${rows - 1}], got ${show(stray)}.`);
  };
  const labels = [...(negatives ?? []), ...(composed ?? []).flat().map(({ label }) => label)];
  checkAll('labels of guidance', labels, model.config.num_class_embeds ?? 0);
  const wanted = towards?.filter((output) => output !== null) ?? [];
  checkAll('outputs to climb towards', wanted, classifier?.network.config.num_classes ?? Infinity);
}

/** Whether guidance asks the model told no class. */
function comparesWithAny({ guidance = 1, weak }: GenerateOptions): boolean {
  if (typeof guidance === 'number') return guidance !== 1;
  const { choices, composed, negatives } = guidance;
  const asks = choices.some(({ name }) => askedBy(name).includes('unconditional'));
  return composed !== undefined || (asks && !negatives && !weak);
}

const askedBy = (name: GuidanceName): readonly Role[] => guidances.entries[name].definition.asks;
