import { floats, type HostArray } from '../../core/host-array.js';
import { fold, integers, type Key, uniforms } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import type { DataSet } from '../../data/dataset.js';
import { gather } from '../../data/index.js';
import type { Level } from '../../diffusion/index.js';
import { deltaNet, initialise, type ParamValues, type UNet2d } from '../../nn/index.js';
import { type DeltaFunction, type DiffusionModel, hspace, nullLabel, pictureShape } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { assemble, intervals, timeOf } from '../../sampling/index.js';
import {
  type AttributeJudge,
  adamw,
  asyrpFeeds,
  asyrpObjective,
  asyrpPath,
  createStepper,
} from '../../training/index.js';
import type { Example } from './examples.js';

export interface TrainDirectionOptions {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly data: DataSet;
  readonly tap: string;
  /** Pictures without the attribute, each with the same figure that has it where there is one. */
  readonly examples: readonly Example[];
  readonly judge: AttributeJudge | null;
  /** Weights of the three terms of the loss. */
  readonly weights: { readonly attribute: number; readonly keep: number; readonly pairs: number };
  readonly steps: number;
  readonly batch: number;
  readonly lr: number;
  /** Edits act on [edit, 1]. */
  readonly edit: number;
  readonly key: Key;
  readonly signal: AbortSignal;
}

export interface DirectionProgress {
  readonly done: number;
  readonly total: number;
  readonly loss: number;
}

type Batch = HostArray<'float32'>;

interface Drawn {
  readonly x: Batch;
  readonly labels: readonly number[] | null;
  readonly target: Batch;
}

/** Levels of one walk while training. */
const walkLength = 10;

/**
 * Trains the function of one attribute. Every picture without it is noised to a random level and walks on from there by
 * the asymmetric process with the function as it is by then, a step of the optimiser at each level: what is learnt is
 * what will be met. A quarter of the pictures have the attribute already, so that there is nothing to add to them.
 */
export async function* trainDirection(
  options: TrainDirectionOptions,
): AsyncGenerator<DirectionProgress, DeltaFunction, undefined> {
  const { model, runtime, data, tap, judge, weights, steps, batch, lr, key, signal } = options;
  const parts = assemble(model.scheme);
  const network = model.network as UNet2d;
  const conditional = model.config.num_class_embeds !== null;
  const delta = deltaNet(shapesOf(options));
  const shape = { network, values: model.values, conditional, delta, tap, batch, picture: pictureShape(model) };
  const objective = asyrpObjective({ ...shape, judge, ...weights });
  const initial = initialise(delta.params, fold(key, 'function'));
  const optimizer = adamw({ weightDecay: 0 });
  const made = { runtime, objective, initial, optimizer, clip: true, ema: true, accumulate: 1 };
  using stepper = await createStepper(made);
  using path = await asyrpPath({ ...shape, runtime });
  const walk = intervals(parts.steps(walkLength)).filter(({ from }) => timeOf(parts.grid, from) >= options.edit);
  let at: Drawn | null = null;
  let place = walk.length;
  for (let step = 0; step < steps; step++) {
    signal.throwIfAborted();
    if (at === null || place >= walk.length) {
      place = integers(fold(key, 'level', step), 1, walk.length)[0]!;
      at = drawn({ ...options, level: walk[place]!.from, step, conditional });
    }
    const { from, to } = walk[place]!;
    const { x, labels, target }: Drawn = at;
    const levels: readonly Level[] = Array.from({ length: batch }, () => from);
    const told = weights.pairs > 0 ? { target } : {};
    const feeds = asyrpFeeds({ x, levels, precondition: parts.precondition, labels, ...told });
    const rate = lr * Math.min(1, (step + 1) / 20) * (0.55 + 0.45 * Math.cos((Math.PI * step) / steps));
    const { loss } = await stepper.step([feeds], {
      lr: rate,
      clip: 1,
      emaDecay: Math.min(0.98, (1 + step) / (10 + step)),
    });
    yield { done: step + 1, total: steps, loss };
    place += 1;
    if (place < walk.length) {
      const parameters: ParamValues = stepper.read('p');
      at = { ...at, x: await path.next({ x, from, to, precondition: parts.precondition, labels, parameters }) };
    }
  }
  return { network: delta, values: stepper.read('ema') };
}

/** Channels of the tap and features of the time vector. */
function shapesOf({ model, runtime, tap }: TrainDirectionOptions) {
  using open = hspace({ model, runtime, batch: 1, tap });
  const { time_embedding_dim: told, block_out_channels: widths } = (model.network as UNet2d).config;
  const channels = open.shape[0]!;
  return { channels, timeFeatures: told ?? 4 * widths[0]!, groups: channels % 8 === 0 ? 8 : 1 };
}

interface DrawnOptions extends TrainDirectionOptions {
  readonly level: Level;
  readonly step: number;
  readonly conditional: boolean;
}

/** Noisy pictures at a level, and what they should become. */
function drawn({ model, data, examples, batch, key, level, step, conditional }: DrawnOptions): Drawn {
  const chosen = Array.from(integers(fold(key, 'examples', step), batch, examples.length), (i) => examples[i]!);
  const chance = uniforms(fold(key, 'chance', step), 2 * batch);
  const partner = ({ with: own, without }: Example): number => own ?? without;
  const clean = gather(
    data,
    chosen.map((one, row) => (chance[row]! < 0.25 ? partner(one) : one.without)),
  );
  const target = gather(data, chosen.map(partner));
  const noise = batchSpace().gaussian(clean.x, fold(key, 'noise', step));
  const x = floats(clean.x.shape);
  for (let i = 0; i < x.data.length; i++) x.data[i] = level.alpha * clean.x.data[i]! + level.sigma * noise.data[i]!;
  const free = nullLabel(model);
  const labels = conditional
    ? Array.from(clean.labels, (label, row) =>
        free !== null && (label < 0 || chance[batch + row]! < 0.15) ? free : label,
      )
    : null;
  return { x, labels, target: target.x };
}
