import { fold, type Key, key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import type { DataSet } from '../../data/dataset.js';
import { splitIndices } from '../../data/dataset.js';
import { augment, type Batch, batches, gather } from '../../data/index.js';
import { asSeen, createLevelHistory, simple } from '../../diffusion/index.js';
import type { Picture } from '../../files/picture.js';
import { countParams, initialise, networkTold, type ParamValues, paramEntries, zeroInit } from '../../nn/index.js';
import { type DiffusionModel, nullLabel, saveModel } from '../../pipelines/index.js';
import type { Feeds, Runtime } from '../../runtime/runtime.js';
import { assemble } from '../../sampling/index.js';
import {
  batchFeeds,
  createStepper,
  createValidator,
  denoisingObjective,
  type HeldOutLoss,
  learnedScheduleObjective,
  learnedWeights,
  type Stepper,
  withLevelMemory,
} from '../../training/index.js';
import { modelCard } from './card.js';
import { chosenOptimizer } from './chosen-optimizer.js';
import { conditionFeed } from './condition-plan.js';
import { learnedPlan, withWeights } from './learned-plan.js';
import { objectivePlan } from './objective-plan.js';
import { augmentationsOf, type TrainPlan } from './plan.js';
import { preview } from './previews.js';

export interface SessionOptions {
  readonly plan: TrainPlan;
  readonly data: DataSet;
  readonly runtime: Runtime;
  /** Numbers to begin with in the place of drawn ones, some or all. */
  readonly start?: ParamValues | null;
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
  /** What is not trained, so in no checkpoint. */
  readonly frozen: ParamValues;
  /** The feeds of backward pass `part` of step `step`: a function of seed, step, part and what the stepper holds. */
  feeds(step: number, part: number): Feeds;
  /** What the model draws so far, or null where a model draws nothing. */
  preview(request: PreviewRequest): Promise<Picture | null>;
  /** Writes the model, with averaged weights where an average is kept, as a folder with its card. */
  save(path: string, standing: Standing): Promise<void>;
  /** Held-out loss by noise level, or null when the data has no held-out pictures. */
  validate(signal: AbortSignal): Promise<HeldOutLoss | null>;
}

/** How often a self-conditioned network is shown its own answer. Chen et al. 2023, arXiv:2208.04202, Section 3.2. */
const selfShare = 0.5;

/** Everything random in a run comes from its seed: initial weights, order, augmentation, levels, noise, dropout. */
export async function createSession({ plan, data, runtime, start }: SessionOptions): Promise<Session> {
  const { options, scheme } = plan;
  const root = key(options.seed);
  const { condition } = plan;
  const network = networkTold(plan.network, plan.condition);
  const { config } = network;
  const { grid, prediction, told: tellsLevel } = asSeen(assemble(scheme));
  const { loss, weighting, levels, noise, selfConditioning } = objectivePlan(options, data);
  const classes = plan.data.classes;
  const free = nullLabel({ config, classes });
  const conditional = config.num_class_embeds !== null;

  const drawn = initialise(network.params, fold(root, 'weights'));
  const initial = new Map([...(options.zeroInit ? zeroInit(drawn) : drawn), ...(start ?? [])]);
  const entries = paramEntries(network.params);
  // Of what is trained the stepper's copy is the only one that stays.
  const frozen = new Map(entries.flatMap(([path, spec]) => (spec.frozen ? [[path, initial.get(path)!]] : [])));
  const picture = data.shape;
  const told = condition && {
    shape: condition.kind === 'vector' ? [condition.width] : [condition.width, ...picture.slice(1)],
    of: (batch: Pick<Batch, 'x' | 'items'>, at: Key, share: number) =>
      conditionFeed(condition, { batch, key: at, share }),
  };
  const shape = {
    network,
    batch: options.batch,
    picture,
    conditional,
    frozen,
    ...(told && { condition: told.shape }),
  };
  const schedule = learnedPlan(scheme);
  const objective = schedule
    ? learnedScheduleObjective({ ...shape, ...schedule, prediction: options.prediction, count: grid.count })
    : denoisingObjective({
        ...{ ...shape, training: true },
        ...{ loss, weighting, selfConditioning, importance: levels.history !== null },
      });
  const history = levels.history && createLevelHistory(levels.history);
  const bare = await createStepper({
    runtime,
    initial: new Map([...initial, ...objective.initial]),
    objective,
    optimizer: chosenOptimizer(options),
    clip: true,
    ema: options.ema > 0,
    accumulate: options.accumulate,
  });
  const stepper = history ? withLevelMemory({ stepper: bare, history, count: grid.count, told: tellsLevel }) : bare;
  const whole = loss.needs.data ? gather(data, splitIndices(data, 'train')).x : undefined;

  const order = batches({ data, key: fold(root, 'order'), batchSize: options.batch, balance: options.balance });
  const transforms = augmentationsOf(options.augment);
  const feeds = (step: number, part: number): Feeds => {
    const position = (step * options.accumulate + part) * options.batch;
    const batch = augment(order.at(position), { transforms, key: fold(root, 'augment'), position });
    const at = fold(root, 'step', step, part);
    const noised = batchFeeds({
      loss,
      grid,
      prediction,
      weighting,
      levels,
      batch,
      classes: conditional ? { nullLabel: free ?? 0, dropout: options.labelDropout } : null,
      masks: objective.masks(),
      ...{
        told: tellsLevel,
        history,
        noise,
        ...(whole && { data: whole }),
        ...(selfConditioning && { self: selfShare }),
      },
      key: at,
    });
    const feeds = schedule ? unnoised(noised, { clean: batch.x, key: at }) : noised;
    return told ? { ...feeds, condition: told.of(batch, at, options.labelDropout) } : feeds;
  };

  // What the loss has learnt for itself is in the stepper and no part of the model; a learnt schedule is in the scheme.
  const read = () => stepper.read(options.ema > 0 ? 'ema' : 'p');
  const learnt = (): TrainPlan['scheme'] => (schedule ? withWeights(scheme, learnedWeights(read())) : scheme);
  const values = (): DiffusionModel['values'] => {
    const trained = read();
    return new Map(entries.map(([path]) => [path, trained.get(path) ?? frozen.get(path)!]));
  };
  const heldOut = ['val', 'test'] as const;
  const indices = heldOut.map((split) => splitIndices(data, split)).find(({ length }) => length > 0);
  let validator: Awaited<ReturnType<typeof createValidator>> | null = null; // compiled when first asked

  const model = (): DiffusionModel => ({
    config,
    network,
    values: values(),
    scheme: learnt(),
    classes,
    condition: condition ?? null,
    hash: '',
  });
  const parameters = countParams(network.params);

  return {
    stepper,
    parameters,
    frozen,
    feeds,
    preview: (request) => preview({ ...request, model: model(), runtime, data, seed: options.seed }),
    async save(path, { samples, ...standing }) {
      const card = modelCard({ ...standing, plan, parameters, step: stepper.steps, samples: samples?.count ?? 0 });
      const extra = { 'README.md': card, ...(samples && { 'samples.png': samples.png }) };
      const dtype = options.weights === 'f16' ? 'F16' : 'F32';
      await saveModel(path, { model: model(), dtype, extra });
    },
    async validate(signal) {
      if (!indices) return null;
      if (schedule) {
        validator?.[Symbol.dispose](); // its levels have moved
        validator = null;
      }
      validator ??= await createValidator({
        runtime,
        objective: denoisingObjective({ ...shape, training: false, selfConditioning }),
        batch: options.batch,
        data,
        indices,
        loss: simple(),
        grid: schedule ? asSeen(assemble(learnt())).grid : grid,
        prediction,
        told: tellsLevel,
        ...(told && { condition: (batch: Batch) => told.of(batch, key(0), 0) }),
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

/** A batch that is noised in the graph, where the schedule is: the data and unit noise in the place of x and its target. */
function unnoised(feeds: Feeds, { clean, key }: { readonly clean: Batch['x']; readonly key: Key }): Feeds {
  const { x: _, target: __, weight: ___, ...rest } = feeds;
  return { ...rest, clean, noise: batchSpace().gaussian(clean, fold(key, 'unit noise')) };
}
