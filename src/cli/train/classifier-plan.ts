import { ToolkitError } from '../../core/errors.js';
import type { AttributeCount } from '../../data/index.js';
import { readBytes } from '../../files/read-bytes.js';
import { type ClassifierConfig, parseClassifierConfig } from '../../nn/index.js';
import type { Scheme } from '../../sampling/index.js';
import { flagOf, usageError } from '../parse.js';
import { chosenAttributes } from './chosen-attributes.js';
import { knownData } from './known-data.js';
import { objectivePlan } from './objective-plan.js';
import { augmentationsOf, type PlanOptions, type RunPlan, schemeOf, type TrainOptions } from './plan.js';

/** What the training of a classifier is, down to the last setting. */
export interface ClassifierPlan extends RunPlan {
  readonly network: ClassifierConfig;
  /** The attributes it tells; absent where it tells classes. */
  readonly attributes?: readonly AttributeCount[] | null;
  /** The noise it sees pictures through; absent where it sees none. */
  readonly scheme?: Scheme | null;
}

/** Options that say something about drawing, which a classifier knows nothing of. */
const forDrawing = [
  ...(['prediction', 'loss', 'weighting', 'labelDropout', 'condition', 'zeroInit'] as const),
  ...(['precondition', 'offsetNoise', 'inputPerturbation', 'selfConditioning', 'from'] as const),
] satisfies readonly (keyof TrainOptions)[];

/** Options that say something about noise, which a noise-aware classifier alone knows of. */
const forNoise = [
  'schedule',
  'levels',
  'trainingLevels',
  'zeroTerminalSnr',
  'shift',
] as const satisfies readonly (keyof TrainOptions)[];

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
  requireSense(options, given);
  const { name, size, channels, classes } = data;
  if (options.target === 'class' && (!classes || classes.length < 2)) {
    throw new ToolkitError(
      'bad-data',
      `${name} has ${classes ? 'one class' : 'no classes'}, and a classifier needs at least two. Sort the pictures into folders.`,
    );
  }
  augmentationsOf(options.augment); // an unknown name is told before anything is built
  const attributes = options.target === 'attributes' ? chosenAttributes('train', data, options.attributes) : null;
  const told = {
    sample_size: size,
    in_channels: channels,
    num_classes: attributes?.length ?? classes!.length,
    target: options.target,
    dropout: options.dropout,
    noise_conditional: options.noiseAware,
  };
  return {
    langevin: version,
    options,
    data: knownData(data, classes),
    attributes,
    network: parseClassifierConfig({ ...(await ownConfig(options.model)), ...told }),
    scheme: options.noiseAware ? schemeOf(options) : null,
  };
}

function requireSense(options: TrainOptions, given: ReadonlySet<string>): void {
  const idle = forDrawing.find((name) => given.has(name));
  if (idle !== undefined) {
    throw usageError(
      `train: ${flagOf(idle)} is for models that draw, and --task classifier trains none. Leave it out.`,
    );
  }
  const noiseless = options.noiseAware ? undefined : forNoise.find((name) => given.has(name));
  if (noiseless !== undefined) {
    throw usageError(
      `train: ${flagOf(noiseless)} is about noise, and this classifier sees none. Add --noise-aware, or leave it out.`,
    );
  }
  if (options.target === 'class' && options.attributes !== null) {
    throw usageError('train: --attributes is for --target attributes. Add that, or leave it out.');
  }
  if (options.noiseAware) {
    const { levels } = objectivePlan(options, { shape: [1, 1, 1] });
    if (levels.history) {
      throw usageError(`train: --levels ${levels.name} goes by the losses of models that draw. Choose another.`);
    }
  }
}

async function ownConfig(name: string | null): Promise<object> {
  if (name === null) return {};
  if (!name.endsWith('.json')) {
    throw usageError(
      `train: --model of a classifier is the config.json of one, got ${name}. Leave it out for the usual.`,
    );
  }
  const text = (await readBytes(name)).toString();
  try {
    return parseClassifierConfig(JSON.parse(text));
  } catch (error) {
    if (error instanceof ToolkitError) throw error;
    throw new ToolkitError('bad-config', `${name} is not JSON.`, { cause: error });
  }
}
