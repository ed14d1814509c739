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
  /** Levels that each picture walks on by the asymmetric process from the one it is noised to. */
  readonly walk: number;
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
  /** Where each picture is among the levels. */
  readonly places: readonly number[];
  readonly labels: readonly number[] | null;
  readonly target: Batch;
  /** Levels walked since the pictures were noised. */
  readonly walked: number;
}

/** Levels that pictures are noised to and walk along. */
const levelCount = 25;

/**
 * Trains the function of one attribute. Pictures without it are noised, each to a level of its own; with `walk` they go on
 * together from one level by the asymmetric process with the function as it is by then, a step of the optimiser at each:
 * what is learnt is what will be met. A fifth of the pictures have the attribute already: there is nothing to add to them.
 */
export async function* trainDirection(
  options: TrainDirectionOptions,
): AsyncGenerator<DirectionProgress, DeltaFunction, undefined> {
  const { model, runtime, tap, judge, weights, steps, batch, lr, key, signal } = options;
  const parts = assemble(model.scheme);
  const network = model.network as UNet2d;
  const conditional = model.config.num_class_embeds !== null;
  const delta = deltaNet(shapesOf(options));
  const shape = { network, values: model.values, conditional, delta, tap, batch, picture: pictureShape(model) };
  const objective = asyrpObjective({ ...shape, judge, ...weights });
  const initial = initialise(delta.params, fold(key, 'function'));
  const optimizer = adamw({ weightDecay: 0 });
  using stepper = await createStepper({
    ...{ runtime, objective, initial, optimizer },
    ...{ clip: true, ema: true, accumulate: 1 },
  });
  using path = options.walk > 0 ? await asyrpPath({ ...shape, runtime }) : null;
  const levels = intervals(parts.steps(levelCount))
    .map(({ from }) => from)
    .filter((level) => timeOf(parts.grid, level) >= options.edit);
  let at: Drawn | null = null;
  for (let step = 0; step < steps; step++) {
    signal.throwIfAborted();
    at ??= drawn({ ...options, levels, step, conditional, together: path !== null });
    const { x, places, labels, target, walked }: Drawn = at;
    const told = weights.pairs > 0 ? { target } : {};
    const { precondition } = parts;
    const now = places.map((place) => levels[place]!);
    const feeds = asyrpFeeds({ x, levels: now, precondition, labels, ...told });
    const rate = lr * Math.min(1, (step + 1) / 10) * (0.55 + 0.45 * Math.cos((Math.PI * step) / steps));
    const emaDecay = Math.min(0.98, (1 + step) / (10 + step));
    const { loss } = await stepper.step([feeds], { lr: rate, clip: 1, emaDecay });
    yield { done: step + 1, total: steps, loss };
    const next: Level | undefined = levels[places[0]! + 1];
    if (path === null || next === undefined || walked >= options.walk) {
      at = null;
      continue;
    }
    const parameters: ParamValues = stepper.read('p');
    const reached = await path.next({ x, from: now[0]!, to: next, precondition, labels, parameters });
    at = { ...at, x: reached, places: places.map((place) => place + 1), walked: walked + 1 };
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
  readonly levels: readonly Level[];
  readonly step: number;
  readonly conditional: boolean;
  /** Whether all pictures are at one level. */
  readonly together: boolean;
}

/** Noisy pictures, and what they should become. */
function drawn({ model, data, examples, batch, key, levels, step, conditional, together }: DrawnOptions): Drawn {
  const chosen = Array.from(integers(fold(key, 'examples', step), batch, examples.length), (i) => examples[i]!);
  const chance = uniforms(fold(key, 'chance', step), 3 * batch);
  const partner = ({ with: own, without }: Example): number => own ?? without;
  const clean = gather(
    data,
    chosen.map((one, row) => (chance[row]! < 0.2 ? partner(one) : one.without)),
  );
  const target = gather(data, chosen.map(partner));
  // Stratified: each row has its own part of the levels.
  const places = chosen.map((_, row) =>
    Math.floor(levels.length * (together ? chance[batch]! : (row + chance[batch + row]!) / batch)),
  );
  const noise = batchSpace().gaussian(clean.x, fold(key, 'noise', step));
  const x = floats(clean.x.shape);
  const size = x.data.length / batch;
  for (let i = 0; i < x.data.length; i++) {
    const { alpha, sigma } = levels[places[Math.floor(i / size)]!]!;
    x.data[i] = alpha * clean.x.data[i]! + sigma * noise.data[i]!;
  }
  const free = nullLabel(model);
  const hidden = (label: number, row: number): boolean => label < 0 || chance[2 * batch + row]! < 0.15;
  const labels = conditional
    ? Array.from(clean.labels, (label, row) => (free !== null && hidden(label, row) ? free : label))
    : null;
  return { x, places, labels, target: target.x, walked: 0 };
}
