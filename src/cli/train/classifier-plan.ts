import { readFile } from 'node:fs/promises';
import { ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';
import { type DataSet, splitIndices } from '../../data/dataset.js';
import { type AttributeCount, countAttributes, kindOf } from '../../data/index.js';
import { readError } from '../../files/errors.js';
import { type ClassifierConfig, parseClassifierConfig } from '../../nn/index.js';
import type { Scheme } from '../../sampling/index.js';
import { flagOf, usageError } from '../parse.js';
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
  ...(['prediction', 'loss', 'weighting', 'labelDropout', 'labels', 'zeroInit'] as const),
  ...(['precondition', 'offsetNoise', 'inputPerturbation', 'selfConditioning'] as const),
] satisfies readonly (keyof TrainOptions)[];

/** Options that say something about noise, which a noise-aware classifier alone knows of. */
const forNoise = ['schedule', 'levels'] as const satisfies readonly (keyof TrainOptions)[];

/** Training pictures that must have an attribute, and be known not to have it, before it is learnt. */
const leastPictures = 8;

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
  const { name, count, size, channels, classes, sources } = data;
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
    data: { name, count, size, channels, classes, sources },
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

/**
 * The attributes that `list` names, whole or by kind, or all, of those that enough training pictures have and enough are
 * known not to have, in alphabetical order.
 */
export function chosenAttributes(owner: string, data: DataSet, list: string | null): readonly AttributeCount[] {
  const counts = countAttributes(data, splitIndices(data, 'train'));
  const frequent = counts.filter(({ present, absent }) => present >= leastPictures && absent >= leastPictures);
  if (frequent.length === 0) {
    throw new ToolkitError(
      'bad-data',
      `${data.name} has no attribute that ${leastPictures} training pictures have and ${leastPictures} have not. Take more or other data.`,
    );
  }
  const words = list?.split(',').map((word) => word.trim()) ?? [];
  const known = [...new Set(frequent.flatMap(({ name }) => [kindOf(name), name]))];
  for (const word of words) {
    if (known.includes(word)) continue;
    const rare = counts.find(({ name }) => name === word);
    const problem = rare
      ? `only ${Math.min(rare.present, rare.absent)} training pictures tell "${word}" apart, and ${leastPictures} are needed`
      : `there is no attribute or kind "${word}"`;
    throw usageError(
      `${owner}: --attributes: ${problem}.${rare ? '' : didYouMean(word, known)} Kinds: ${[...new Set(frequent.map(({ name }) => kindOf(name)))].join(', ')}.`,
    );
  }
  if (words.length === 0) return frequent;
  return frequent.filter(({ name }) => words.includes(name) || words.includes(kindOf(name)));
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
