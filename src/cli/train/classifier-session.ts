import { fold, key } from '../../core/random.js';
import { type DataSet, splitIndices } from '../../data/dataset.js';
import { augment, batches } from '../../data/index.js';
import { asSeen } from '../../diffusion/index.js';
import { classifier, countParams, initialise, type ParamValues, paramEntries } from '../../nn/index.js';
import { saveClassifier } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { assemble } from '../../sampling/index.js';
import {
  attributesTarget,
  type ClassifierTarget,
  classificationFeeds,
  classificationObjective,
  classTarget,
  createClassificationValidator,
  createStepper,
  type HeldOutAccuracy,
  type TrainingNoise,
} from '../../training/index.js';
import { chosenOptimizer } from './chosen-optimizer.js';
import { classifierCard } from './classifier-card.js';
import type { ClassifierPlan } from './classifier-plan.js';
import { objectivePlan } from './objective-plan.js';
import { augmentationsOf } from './plan.js';
import type { Session } from './session.js';

export interface ClassifierSessionOptions {
  readonly plan: ClassifierPlan;
  readonly data: DataSet;
  readonly runtime: Runtime;
}

/** How often a noise-aware classifier is shown a picture as it is, so that it can also judge finished pictures. */
const cleanShare = 0.1;

/** A classifier made ready to train. Everything random in a run comes from its seed. */
export async function createClassifierSession({ plan, data, runtime }: ClassifierSessionOptions): Promise<Session> {
  const { options } = plan;
  const { batch } = options;
  const root = key(options.seed);
  const network = classifier(plan.network);
  const target = targetOf(plan);
  const noise = noiseOf(plan, data);
  const shape = { network, target, batch, picture: [data.channels, data.size, data.size] };
  const objective = classificationObjective({ ...shape, training: true });
  const stepper = await createStepper({
    runtime,
    initial: initialise(network.params, fold(root, 'weights')),
    objective,
    optimizer: chosenOptimizer(options),
    clip: true,
    ema: options.ema > 0,
    accumulate: options.accumulate,
  });
  const only = target.name === 'attributes' ? target.tells : undefined;
  const order = batches({
    ...{ data, key: fold(root, 'order'), batchSize: batch, balance: options.balance },
    ...(only && { only }),
  });
  const transforms = augmentationsOf(options.augment);
  const values = (): ParamValues => {
    const trained = stepper.read(options.ema > 0 ? 'ema' : 'p');
    return new Map(paramEntries(network.params).map(([path]) => [path, trained.get(path)!]));
  };
  const indices = heldOutOf(plan, data);
  let validator: Awaited<ReturnType<typeof createClassificationValidator>> | null = null; // compiled when first asked

  return {
    stepper,
    parameters: countParams(network.params),
    frozen: new Map(),
    feeds(step, part) {
      const position = (step * options.accumulate + part) * batch;
      return classificationFeeds({
        batch: augment(order.at(position), { transforms, key: fold(root, 'augment'), position }),
        target,
        noise,
        masks: objective.masks(),
        key: fold(root, 'step', step, part),
      });
    },
    preview: async () => null,
    async save(path, { seconds, heldOut }) {
      const accuracy = heldOut as HeldOutAccuracy | null;
      const parameters = countParams(network.params);
      const card = classifierCard({ plan, parameters, step: stepper.steps, seconds, heldOut: accuracy });
      const model = { network, values: values(), classes: target.names, scheme: plan.scheme ?? null };
      const dtype = options.weights === 'f16' ? 'F16' : 'F32';
      await saveClassifier(path, { model, dtype, extra: { 'README.md': card } });
    },
    async validate(signal) {
      if (indices.length === 0) return null;
      validator ??= await createClassificationValidator({ ...shape, noise, runtime, data, indices });
      return validator.measure(values(), signal);
    },
    [Symbol.dispose]() {
      stepper[Symbol.dispose]();
      validator?.[Symbol.dispose]();
    },
  };
}

function targetOf({ attributes, data }: ClassifierPlan): ClassifierTarget {
  return attributes ? attributesTarget({ attributes }) : classTarget({ classes: data.classes! });
}

function noiseOf({ scheme, options }: ClassifierPlan, data: DataSet): TrainingNoise | null {
  if (!scheme) return null;
  const { grid, told } = asSeen(assemble(scheme));
  return { grid, told, levels: objectivePlan(options, data).levels, cleanShare };
}

/** The first side with held-out pictures; of rare attributes there are so few that both sides are taken together. */
function heldOutOf({ attributes }: ClassifierPlan, data: DataSet): Int32Array {
  const [val, test] = (['val', 'test'] as const).map((split) => splitIndices(data, split)) as [Int32Array, Int32Array];
  if (attributes) return Int32Array.from([...val, ...test]);
  return val.length > 0 ? val : test;
}
