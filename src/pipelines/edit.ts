import { show, ToolkitError } from '../core/errors.js';
import { finish } from '../core/finish.js';
import { concatRows, type HostArray, rows } from '../core/host-array.js';
import { key } from '../core/random.js';
import { type RandomMode, randomModes } from '../core/random-modes.js';
import { batchSpace, type Space } from '../core/space.js';
import { dataShape } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import {
  type Assembled,
  assemble,
  type Cost,
  type Denoiser,
  type Edit,
  type EditWalk,
  isEmptyMask,
  maskFor,
  type Pullback,
  type Scheme,
} from '../sampling/index.js';
import { batchRanges, type GenerateFrame } from './batches.js';
import { checkGuidance, type Guiding, type GuidingModels, guider, guidingOf } from './guiding.js';
import { denoiserPullback } from './jacobian.js';
import { checkLabels, type Labels, nullLabel, rowLabels } from './labels.js';
import type { DiffusionModel } from './model.js';
import { batchNetwork } from './network.js';
import { checkEdits, type SemanticChanges, semanticPaths } from './semantic-path.js';

type Batch = HostArray<'float32'>;

export interface EditOptions extends GuidingModels {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly edit: Edit;
  /** [N, C, H, W] in [−1, 1], or points [N, D]. */
  readonly pictures: Batch;
  /** 1 where something may change and 0 where nothing may, [H, W] or of the whole shape; null where everything may. */
  readonly mask?: Batch | null;
  /** For edits between two pictures: the others, one for each. */
  readonly others?: Batch | null;
  /** The noise that makes the pictures, and the others, where it is known: x at the first level. */
  readonly latents?: Batch | null;
  readonly otherLatents?: Batch | null;
  readonly seed: number;
  /** One label per picture; null for "any class". Unconditional models take none. */
  readonly labels?: Labels | null;
  /** How labels are followed: the scale of classifier-free guidance, where 1 is none, or guidance by name. */
  readonly guidance?: number | Guiding;
  /** What is changed inside of the network on the way, whatever the edit does. */
  readonly semantic?: SemanticChanges;
  /** Parts of the model's own scheme to replace: sampler, steps, limit. */
  readonly scheme?: Partial<Pick<Scheme, 'sampler' | 'steps' | 'limit'>>;
  /** Steps from pure noise to picture. */
  readonly steps: number;
  /** Pictures computed together. It does not change them. */
  readonly batch?: number;
  readonly random?: RandomMode;
  readonly signal?: AbortSignal | undefined;
}

/** What is known after one step of one batch. */
export interface EditFrame extends GenerateFrame {
  /** Evaluations of the network done and to do over all batches; gradients count as one. */
  readonly done: number;
  readonly total: number;
}

/** What an edit will ask of the network, known before it begins. */
export function editCost(options: EditOptions): Cost & { readonly batches: number } {
  const { edit, pictures, steps, batch = 16 } = options;
  const parts = partsOf(options);
  const canvas = edit.canvas({ source: pictures, mask: maskOf(options) });
  const nothing = canvas.mask !== null && isEmptyMask(canvas.mask);
  const cost = edit.cost({ sampler: parts.sampler, steps: parts.steps(steps) });
  const batches = Math.ceil((pictures.shape[0] ?? 0) / batch);
  return nothing
    ? { evaluations: 0, pullbacks: 0, exact: true, batches }
    : { ...cost, evaluations: cost.evaluations * batches, pullbacks: cost.pullbacks * batches, batches };
}

/**
 * Edits pictures with a model; yields after every step. Where the mask is 0 the values of `pictures` come back as they
 * were. Picture i depends on the seed, on i, on its label and on itself: batch size and neighbours change no bit of it,
 * but for `interpolate`, which spreads over all of them.
 */
export async function* editPictures(options: EditOptions): AsyncGenerator<EditFrame, Batch, undefined> {
  const { edit, model, runtime, pictures, seed, steps: length, batch = 16, random = 'philox', signal } = options;
  const mask = maskOf(options);
  check(options);
  const parts = partsOf(options);
  const steps = parts.steps(length);
  const cost = editCost(options);
  const count = pictures.shape[0]!;
  const canvas = edit.canvas({ source: pictures, mask }).source.shape;
  const sized = { ...model, config: sizedConfig(model, canvas) };
  const width = Math.min(batch, count);
  using network = batchNetwork({ model: sized, runtime, batch: width });
  const { precondition } = parts;
  using pullbacks = denoiserPullback({ model: sized, runtime, batch: width, precondition, space: batchSpace() });
  const guiding = guidingOf(options.guidance);
  using guide = guider({ ...options, model: sized, network, precondition, guiding });
  const { semantic = { edits: [], until: 0 } } = options;
  using paths = semanticPaths({ model: sized, runtime, network, guide, parts, ...semantic });
  let done = 0;
  const edited: Batch[] = [];
  for (const { first, last, count: size, pictures: numbers } of batchRanges({ count, batch })) {
    const own = (all: Batch | null | undefined): Batch | undefined => (all ? rows(all, first, last) : undefined);
    const space = randomModes.get(random)({ seed, first });
    const labels = rowLabels({ model, labels: options.labels, first, count: size });
    const path = paths({ pictures: numbers, labels, space });
    const counted =
      (denoise: Denoiser<Batch>): Denoiser<Batch> =>
      (x, level) => {
        done += 1;
        return denoise(x, level);
      };
    const denoise: EditWalk['denoise'] =
      'estimate' in path.denoise
        ? Object.assign(counted(path.denoise), { estimate: path.denoise.estimate })
        : counted(path.denoise);
    const derivative = guidedPullback({ model, guiding, labels, pullbacks, space });
    const pullback: Pullback<Batch> = (x, level, v) => {
      done += 1;
      return derivative(x, level, v);
    };
    const [other, latent, otherLatent] = [own(options.others), own(options.latents), own(options.otherLatents)];
    const frames = edit.run({
      source: own(pictures)!,
      mask: own(mask) ?? null,
      denoise,
      pullback,
      landings: path.landings,
      ...(path.shifted && { shifted: path.shifted }),
      ...(other && { other }),
      ...(latent && { latent }),
      ...(otherLatent && { otherLatent }),
      ...parts,
      steps,
      space,
      key: key(seed),
      signal,
    });
    for (let step = 1; ; step++) {
      const { done: ended, value } = await frames.next();
      if (ended) {
        edited.push(value);
        break;
      }
      const total = Math.max(done, cost.evaluations + cost.pullbacks);
      yield { done, total, first, step, x: value.x, denoised: value.denoised };
    }
  }
  return concatRows(edited);
}

/** Runs `editPictures` to its end. */
export const editAll = (options: EditOptions): Promise<Batch> => finish(editPictures(options));

const partsOf = ({ model, scheme }: Pick<EditOptions, 'model' | 'scheme'>): Assembled =>
  assemble({ ...model.scheme, ...scheme });

const maskOf = ({ mask, pictures }: EditOptions): Batch | null => (mask ? maskFor(mask, pictures.shape) : null);

/** The model's config for pictures of another size. */
function sizedConfig({ config }: DiffusionModel, shape: readonly number[]): DiffusionModel['config'] {
  const [, channels, ...size] = shape;
  const [wanted, ...usual] = dataShape(config);
  if (channels !== wanted || size.length !== usual.length) {
    throw new ToolkitError(
      'shape-mismatch',
      `editPictures: this model edits [N, ${[wanted, ...usual].join(', ')}], got shape ${show(shape)}.`,
    );
  }
  if (size.join() === usual.join()) return config;
  const halvings = 'block_out_channels' in config ? config.block_out_channels.length - 1 : 0;
  const multiple = 2 ** halvings;
  const wrong = size.find((side) => side % multiple !== 0);
  if (wrong !== undefined) {
    throw new ToolkitError(
      'bad-size',
      `editPictures: this network takes sides that are multiples of ${multiple}, got ${size.join(' × ')}. ` +
        'Take other margins, or bring the picture to another size.',
    );
  }
  return { ...config, sample_size: size } as unknown as DiffusionModel['config'];
}

interface GuidedPullbackOptions {
  readonly model: DiffusionModel;
  readonly guiding: Guiding;
  readonly labels: readonly number[] | null;
  readonly pullbacks: ReturnType<typeof denoiserPullback>;
  readonly space: Space<Batch>;
}

/**
 * The derivative of the guided denoiser. Classifier-free guidance is linear, so its derivative is that of both questions;
 * for other guidance it is that of the model told the class, which is an approximation.
 */
function guidedPullback({ model, guiding, labels, pullbacks, space }: GuidedPullbackOptions): Pullback<Batch> {
  const own = pullbacks(labels);
  const free = nullLabel(model);
  const [choice, ...more] = guiding.choices;
  const isPlain = choice?.name === 'classifier-free' && more.length === 0 && !guiding.composed && !guiding.negatives;
  if (!isPlain || labels === null || free === null) return own;
  const scale = Number(choice.options?.['scale'] ?? 1);
  const others = pullbacks(labels.map(() => free));
  return async (x, level, v) => space.lincomb([scale, await own(x, level, v)], [1 - scale, await others(x, level, v)]);
}

/** One clear error for what cannot be asked, before anything is compiled. */
function check({ model, pictures, labels, guidance = 1, weak, classifier, semantic }: EditOptions): void {
  const count = pictures.shape[0] ?? 0;
  if (count === 0) throw new ToolkitError('bad-picture', 'editPictures: there is no picture.');
  const asked = { who: 'editPictures', model, labels, count };
  checkLabels(asked);
  checkGuidance({ ...asked, guidance, ...(weak && { weak }), ...(classifier && { classifier }) });
  if (semantic) checkEdits({ ...asked, edits: semantic.edits });
}
