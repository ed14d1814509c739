import { readFile } from 'node:fs/promises';
import { ToolkitError } from '../../core/errors.js';
import { fold, key } from '../../core/random.js';
import { type DataSet, splitIndices } from '../../data/dataset.js';
import { augment, batches } from '../../data/index.js';
import { readError } from '../../files/errors.js';
import {
  type ClassifierConfig,
  classifier,
  countParams,
  initialise,
  type ParamValues,
  parseClassifierConfig,
} from '../../nn/index.js';
import { saveClassifier } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import {
  adamw,
  classificationFeeds,
  classificationObjective,
  createClassificationValidator,
  createStepper,
  type HeldOutAccuracy,
} from '../../training/index.js';
import { flagOf, usageError } from '../parse.js';
import { classifierCard } from './classifier-card.js';
import { augmentationsOf, type PlanOptions, type RunPlan, type TrainOptions } from './plan.js';
import type { Session } from './session.js';

/** What the training of a classifier is, down to the last setting. */
export interface ClassifierPlan extends RunPlan {
  readonly network: ClassifierConfig;
}

/** Options that say something about noise or drawing, which a classifier knows nothing of. */
const forDrawing = [
  ...(['prediction', 'schedule', 'loss', 'weighting', 'levels', 'labelDropout', 'labels', 'zeroInit'] as const),
  ...(['precondition', 'offsetNoise', 'inputPerturbation', 'selfConditioning'] as const),
] satisfies readonly (keyof TrainOptions)[];

export interface ClassifierPlanOptions extends PlanOptions {
  /** Names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

/** Settles everything that follows from the options and the data. */
export async function classifierPlan({
  version,
  options,
  data,
  given,
}: ClassifierPlanOptions): Promise<ClassifierPlan> {
  const idle = forDrawing.find((name) => given.has(name));
  if (idle !== undefined) {
    throw usageError(
      `train: ${flagOf(idle)} is for models that draw, and --task classifier trains none. Leave it out.`,
    );
  }
  const { name, count, size, channels, classes, sources } = data;
  if (!classes || classes.length < 2) {
    throw new ToolkitError(
      'bad-data',
      `${name} has ${classes ? 'one class' : 'no classes'}, and a classifier needs at least two. Sort the pictures into folders.`,
    );
  }
  augmentationsOf(options.augment); // an unknown name is told before anything is built
  const told = {
    sample_size: size,
    in_channels: channels,
    num_classes: classes.length,
    dropout: options.dropout,
  };
  return {
    langevin: version,
    options,
    data: { name, count, size, channels, classes, sources },
    network: parseClassifierConfig({ ...(await ownConfig(options.model)), ...told }),
  };
}

async function ownConfig(name: string | null): Promise<object> {
  if (name === null) return {};
  if (!name.endsWith('.json')) {
    throw usageError(
      `train: --model of a classifier is the config.json of one, got ${name}. Leave it out for the usual.`,
    );
  }
  const text = await readFile(name, 'utf8').catch((error) => {
    throw readError(name, error);
  });
  try {
    return parseClassifierConfig(JSON.parse(text));
  } catch (error) {
    if (error instanceof ToolkitError) throw error;
    throw new ToolkitError('bad-config', `${name} is not JSON.`, { cause: error });
  }
}

export interface ClassifierSessionOptions {
  readonly plan: ClassifierPlan;
  readonly data: DataSet;
  readonly runtime: Runtime;
}

/** A classifier made ready to train. Everything random in a run comes from its seed. */
export async function createClassifierSession({ plan, data, runtime }: ClassifierSessionOptions): Promise<Session> {
  const { options } = plan;
  const { batch } = options;
  const root = key(options.seed);
  const network = classifier(plan.network);
  const classes = plan.data.classes!;
  const initial = initialise(network.params, fold(root, 'weights'));
  const shape = { network, batch, picture: [data.channels, data.size, data.size] };
  const objective = classificationObjective({ ...shape, training: true });
  const stepper = await createStepper({
    runtime,
    initial,
    objective,
    optimizer: adamw({ weightDecay: options.weightDecay }),
    clip: true,
    ema: options.ema > 0,
    accumulate: options.accumulate,
  });
  const order = batches({ data, key: fold(root, 'order'), batchSize: batch, balance: options.balance });
  const transforms = augmentationsOf(options.augment);
  const values = (): ParamValues => new Map([...initial, ...stepper.read(options.ema > 0 ? 'ema' : 'p')]);
  const indices = (['val', 'test'] as const).map((split) => splitIndices(data, split)).find(({ length }) => length > 0);
  let validator: Awaited<ReturnType<typeof createClassificationValidator>> | null = null; // compiled when first asked

  return {
    stepper,
    parameters: countParams(network.params),
    feeds(step, part) {
      const position = (step * options.accumulate + part) * batch;
      return classificationFeeds({
        batch: augment(order.at(position), { transforms, key: fold(root, 'augment'), position }),
        classes: classes.length,
        masks: objective.masks(),
        key: fold(root, 'step', step, part),
      });
    },
    preview: async () => null,
    async save(path, { seconds, heldOut }) {
      const accuracy = heldOut as HeldOutAccuracy | null;
      const parameters = countParams(network.params);
      const card = classifierCard({ plan, parameters, step: stepper.steps, seconds, heldOut: accuracy });
      await saveClassifier(path, { model: { network, values: values(), classes }, extra: { 'README.md': card } });
    },
    async validate(signal) {
      if (!indices) return null;
      validator ??= await createClassificationValidator({ ...shape, runtime, data, indices });
      return validator.measure(values(), signal);
    },
    [Symbol.dispose]() {
      stepper[Symbol.dispose]();
      validator?.[Symbol.dispose]();
    },
  };
}
