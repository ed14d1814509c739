import { fold, key } from '../../core/random.js';
import type { DataSet } from '../../data/dataset.js';
import { splitIndices } from '../../data/dataset.js';
import { augment, batches } from '../../data/index.js';
import { levelSamplers, simple, weightings } from '../../diffusion/index.js';
import type { Picture } from '../../files/picture.js';
import { countParams, initialise, type Network, networkOf, zeroInit } from '../../nn/index.js';
import { type DiffusionModel, nullLabel, saveModel } from '../../pipelines/index.js';
import type { Feeds, Runtime } from '../../runtime/runtime.js';
import { assemble } from '../../sampling/index.js';
import {
  adamw,
  batchFeeds,
  createStepper,
  createValidator,
  denoisingObjective,
  type HeldOutLoss,
  type Stepper,
} from '../../training/index.js';
import { modelCard } from './card.js';
import { augmentationsOf, type TrainPlan } from './plan.js';
import { preview } from './previews.js';

export interface SessionOptions {
  readonly plan: TrainPlan;
  readonly data: DataSet;
  readonly runtime: Runtime;
}

/** What the card and the folder of a model say of how far it is. */
export interface Standing {
  readonly seconds: number;
  readonly heldOut: HeldOutLoss | null;
  /** A grid of samples and their number, once there is one. */
  readonly samples: { readonly png: Uint8Array; readonly count: number } | null;
}

export interface PreviewRequest {
  readonly count: number;
  readonly signal: AbortSignal;
}

/** A plan made ready to run: the stepper, what it is fed, and the model as it stands. */
export interface Session extends Disposable {
  readonly stepper: Stepper;
  /** Numbers in the network. */
  readonly parameters: number;
  /** The feeds of backward pass `part` of step `step`: a pure function of seed, step and part. */
  feeds(step: number, part: number): Feeds;
  /** What the model draws so far, or null where a model draws nothing. */
  preview(request: PreviewRequest): Promise<Picture | null>;
  /** Writes the model, with averaged weights where an average is kept, as a folder with its card. */
  save(path: string, standing: Standing): Promise<void>;
  /** Held-out loss by noise level, or null when the data has no held-out pictures. */
  validate(signal: AbortSignal): Promise<HeldOutLoss | null>;
}

/** Everything random in a run comes from its seed: initial weights, order, augmentation, levels, noise, dropout. */
export async function createSession({ plan, data, runtime }: SessionOptions): Promise<Session> {
  const { options, scheme } = plan;
  const root = key(options.seed);
  const network: Network = networkOf(plan.network);
  const { config } = network;
  const { grid, prediction } = assemble(scheme);
  const weighting = weightings.get(options.weighting)();
  const levels = levelSamplers.get(options.levels)();
  const loss = simple();
  const classes = plan.data.classes;
  const free = nullLabel({ config, classes });
  const conditional = config.num_class_embeds !== null;

  const drawn = initialise(network.params, fold(root, 'weights'));
  const initial = options.zeroInit ? zeroInit(drawn) : drawn;
  const picture = data.shape;
  const objective = denoisingObjective({
    network,
    batch: options.batch,
    picture,
    conditional,
    frozen: initial,
    training: true,
  });
  const stepper = await createStepper({
    runtime,
    initial,
    objective,
    optimizer: adamw({ weightDecay: options.weightDecay }),
    clip: true,
    ema: options.ema > 0,
    accumulate: options.accumulate,
  });

  const order = batches({ data, key: fold(root, 'order'), batchSize: options.batch, balance: options.balance });
  const transforms = augmentationsOf(options.augment);
  const feeds = (step: number, part: number): Feeds => {
    const position = (step * options.accumulate + part) * options.batch;
    const batch = augment(order.at(position), { transforms, key: fold(root, 'augment'), position });
    return batchFeeds({
      loss,
      grid,
      prediction,
      weighting,
      levels,
      batch,
      classes: conditional ? { nullLabel: free ?? 0, dropout: options.labelDropout } : null,
      masks: objective.masks(),
      key: fold(root, 'step', step, part),
    });
  };

  const values = (): DiffusionModel['values'] => new Map([...initial, ...stepper.read(options.ema > 0 ? 'ema' : 'p')]);
  const heldOut = ['val', 'test'] as const;
  const indices = heldOut.map((split) => splitIndices(data, split)).find(({ length }) => length > 0);
  let validator: Awaited<ReturnType<typeof createValidator>> | null = null; // compiled when first asked

  const model = (): DiffusionModel => ({ config, network, values: values(), scheme, classes, hash: '' });
  const parameters = countParams(network.params);

  return {
    stepper,
    parameters,
    feeds,
    preview: (request) => preview({ ...request, model: model(), runtime, data, seed: options.seed }),
    async save(path, { samples, ...standing }) {
      const card = modelCard({ ...standing, plan, parameters, step: stepper.steps, samples: samples?.count ?? 0 });
      const extra = { 'README.md': card, ...(samples && { 'samples.png': samples.png }) };
      await saveModel(path, { model: model(), extra });
    },
    async validate(signal) {
      if (!indices) return null;
      validator ??= await createValidator({
        runtime,
        objective: denoisingObjective({
          network,
          batch: options.batch,
          picture,
          conditional,
          frozen: initial,
          training: false,
        }),
        batch: options.batch,
        data,
        indices,
        loss,
        grid,
        prediction,
        nullLabel: conditional ? (free ?? 0) : null,
      });
      return validator.measure(values(), signal);
    },
    [Symbol.dispose]() {
      stepper[Symbol.dispose]();
      validator?.[Symbol.dispose]();
    },
  };
}
