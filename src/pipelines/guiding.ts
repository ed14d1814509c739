import { show, ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import { batchSpace, type Space } from '../core/space.js';
import type { Precondition } from '../diffusion/index.js';
import { dataShape } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import {
  assemble,
  averaged,
  type Choice,
  type Denoiser,
  type GuidanceName,
  type GuidedPath,
  guidances,
  guidedPath,
  type Part,
  type Role,
  remembered,
} from '../sampling/index.js';
import type { ClassifierModel } from './classifier.js';
import { classifierGradient } from './classifier-gradient.js';
import { type Condition, type Labels, nullLabel, type Wanted, weighted } from './labels.js';
import type { DiffusionModel } from './model.js';
import { type BatchNetwork, batchNetwork } from './network.js';
import { questions } from './questions.js';

type Batch = HostArray<'float32'>;

/** How the pictures of a job are guided, as plain JSON: this part of a recipe. */
export interface Guiding {
  /** Guidance by name, from the inside out; see `guidedPath`. */
  readonly choices: readonly Choice<GuidanceName>[];
  /** Classes of each picture, composed in the place of its label. */
  readonly composed?: readonly (readonly Condition[])[];
  /** Classes that no picture should be. */
  readonly negatives?: readonly number[];
  /** The outputs of the classifier that each picture climbs towards, log p(y | x) of each counted by its weight. */
  readonly towards?: readonly Wanted[];
}

/** Other networks that guidance asks. */
export interface GuidingModels {
  /** A worse model of the same data: the one to get away from, in the place of "any class". */
  readonly weak?: DiffusionModel;
  /** A noise-aware classifier. */
  readonly classifier?: ClassifierModel;
}

export interface GuiderOptions extends GuidingModels {
  readonly model: DiffusionModel;
  readonly network: BatchNetwork;
  readonly precondition: Precondition;
  readonly runtime: Runtime;
  readonly guiding: Guiding;
}

/** The rows that are asked together: pictures of a job, in any order. */
export interface GuidedRows {
  /** The number of each row's picture in the job. */
  readonly pictures: readonly number[];
  readonly labels: readonly number[] | null;
  readonly space: Space<Batch>;
  /** What these rows ask in the place of the job's network. */
  readonly network?: BatchNetwork;
}

/** Guided paths for the batches of one job. */
export interface Guider extends Disposable {
  (rows: GuidedRows): GuidedPath<Batch>;
}

/**
 * What a model's pictures are guided by: one path for each batch, out of the model told different things, a weaker model
 * and a classifier. What is asked of one network at one level is one run. Without guidance the path is the denoiser of
 * the model alone.
 */
export function guider(options: GuiderOptions): Guider {
  const { model, network, precondition, runtime, guiding, weak, classifier } = options;
  const { batch } = network;
  const free = nullLabel(model);
  const worse = weak ? weakQuestions({ weak, model, runtime, batch }) : null;
  const gradients = classifier ? classifierGradient({ model: classifier, runtime, batch, space: batchSpace() }) : null;
  const guide = ({ pictures, labels, space, network: own = network }: GuidedRows): GuidedPath<Batch> => {
    const ask = questions({ config: model.config, network: own, precondition, space });
    const same = (label: number): Denoiser<Batch> => ask(pictures.map(() => label));
    const any = free === null ? null : remembered(same(free));
    const conditions = guiding.composed && pictures.map((i) => guiding.composed![i]!);
    const conditional = conditions && any ? composition({ conditions, ask, any, free: free!, space }) : ask(labels);
    const negatives = guiding.negatives?.map(same);
    const poor = worse?.ask({ labels, space });
    const away = negatives ? averaged({ denoisers: negatives, space }) : (poor ?? any);
    const towards = guiding.towards && pictures.map((i) => guiding.towards![i]!);
    return guidedPath({
      choices: guiding.choices,
      roles: {
        conditional,
        ...(away && { unconditional: away }),
        ...(negatives && { negatives }),
        ...(poor && { weak: poor }),
        ...(gradients && towards && { gradient: gradients(towards) }),
      },
      space,
    });
  };
  return Object.assign(guide, {
    [Symbol.dispose]() {
      worse?.[Symbol.dispose]();
      gradients?.[Symbol.dispose]();
    },
  });
}

/** Guidance as it was given; a number is the scale of classifier-free guidance. */
export function guidingOf(guidance: number | Guiding = 1): Guiding {
  if (typeof guidance !== 'number') return guidance;
  return guidance === 1 ? unguided : { choices: [{ name: 'classifier-free', options: { scale: guidance } }] };
}

const unguided: Guiding = Object.freeze({ choices: [] });

/** Whether a model is asked anything but what is expected of the label. */
export const isGuided = (guidance: number | Guiding = 1): boolean => {
  const { choices, composed, negatives, towards } = guidingOf(guidance);
  return choices.length > 0 || [composed, negatives, towards].some((list) => list !== undefined);
};

export interface CheckGuidanceOptions extends GuidingModels {
  /** Who asks, as the error says it. */
  readonly who: string;
  readonly model: DiffusionModel;
  readonly labels?: Labels | null | undefined;
  /** Pictures of the job. */
  readonly count: number;
  readonly guidance?: number | Guiding;
}

/** One sentence for guidance that the model cannot follow: lists have one entry a picture, and name its labels. */
export function checkGuidance({
  who,
  model,
  labels,
  count,
  guidance = 1,
  weak,
  classifier,
}: CheckGuidanceOptions): void {
  const refuse = (sentence: string): never => {
    throw new ToolkitError('bad-label', `${who}: ${sentence}`);
  };
  const { choices, composed, negatives, towards } = guidingOf(guidance);
  if (typeof guidance === 'number' && guidance !== 1) {
    if (model.config.num_class_embeds === null) {
      refuse('guidance needs classes, and this model has none. Leave guidance at 1.');
    }
    if (!labels) refuse('guidance needs a class to follow. Name the classes, or leave guidance at 1.');
  }
  const comparesWithAny = choices.some(({ name }) => asksOf(name).includes('unconditional')) && !negatives && !weak;
  if ((composed || comparesWithAny) && model.config.num_class_embeds !== null && nullLabel(model) === null) {
    refuse('guidance compares with "any class", and this model has no label for it. Leave guidance at 1.');
  }
  for (const [what, list] of Object.entries({ compositions: composed, 'outputs to climb towards': towards })) {
    if (list && list.length !== count) refuse(`${count} pictures need ${count} ${what}, got ${list.length}.`);
  }
  const checkAll = (what: string, all: readonly number[], rows: number): void => {
    const stray = all.find((label) => !(Number.isInteger(label) && label >= 0 && label < rows));
    if (stray !== undefined) refuse(`${what} must be integers in [0, ${rows - 1}], got ${show(stray)}.`);
  };
  const named = [...(negatives ?? []), ...(composed ?? []).flat().map(({ label }) => label)];
  checkAll('labels of guidance', named, model.config.num_class_embeds ?? 0);
  const wanted = towards?.flatMap(weighted).map(({ label }) => label) ?? [];
  checkAll('outputs to climb towards', wanted, classifier?.network.config.num_classes ?? Infinity);
}

const asksOf = (name: GuidanceName): readonly Role[] => guidances.entries[name].definition.asks;

interface CompositionOptions {
  readonly conditions: readonly (readonly Condition[])[];
  readonly ask: ReturnType<typeof questions>;
  readonly any: Denoiser<Batch>;
  readonly free: number;
  readonly space: Space<Batch>;
}

/** Rows of several conditions each as one denoiser; a row with fewer than another has parts that count nothing. */
function composition({ conditions, ask, any, free, space }: CompositionOptions): Denoiser<Batch> {
  const most = Math.max(...conditions.map((row) => row.length));
  const parts = Array.from({ length: most }, (_, k): Part<Batch> => {
    const weights = conditions.map((row) => row[k]?.weight ?? 0);
    const isOne = weights.every((weight) => weight === weights[0]);
    return {
      denoise: ask(conditions.map((row) => row[k]?.label ?? free)),
      weight: isOne ? weights[0]! : weights,
    };
  });
  const roles = { conditional: parts[0]!.denoise, parts, unconditional: any };
  return guidedPath({ choices: [{ name: 'composed' }], roles, space }).denoise;
}

interface WeakQuestionsOptions {
  readonly weak: DiffusionModel;
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly batch: number;
}

/** The weak model told the same classes, under its own labels for them. */
function weakQuestions({ weak, model, runtime, batch }: WeakQuestionsOptions) {
  checkAlike(weak, model);
  const { precondition } = assemble(weak.scheme);
  const network = batchNetwork({ model: weak, runtime, batch });
  const told = (label: number): number =>
    label === nullLabel(model) ? nullLabel(weak)! : (weak.classes?.indexOf(model.classes?.[label] ?? '') ?? label);
  return {
    ask({ labels, space }: Pick<GuidedRows, 'labels' | 'space'>): Denoiser<Batch> {
      const own = labels?.map((label) => (model.classes === null ? label : told(label))) ?? null;
      return questions({ config: weak.config, network, precondition, space })(own);
    },
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}

/** One sentence for a weak model of other data. */
function checkAlike(weak: DiffusionModel, model: DiffusionModel): void {
  const refuse = (sentence: string): never => {
    throw new ToolkitError('bad-model', `The weak model must be one of the same data: ${sentence}`);
  };
  const [have, want] = [weak, model].map(({ config }) => show(dataShape(config)));
  if (have !== want) refuse(`it makes samples of ${have}, and the model of ${want}.`);
  if ((weak.config.num_class_embeds === null) !== (model.config.num_class_embeds === null)) {
    refuse(weak.config.num_class_embeds === null ? 'it has no classes.' : 'it has classes, and the model has none.');
  }
  const missing = model.classes?.find((name) => !weak.classes?.includes(name));
  if (missing !== undefined) refuse(`it does not know the class ${show(missing)}.`);
  if (nullLabel(model) !== null && nullLabel(weak) === null) refuse('it has no label for "any class".');
}
