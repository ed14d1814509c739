import { show, ToolkitError } from '../core/errors.js';
import type { DiffusionModel } from './model.js';

type Conditional = Pick<DiffusionModel, 'config' | 'classes'>;

/** One label a picture; null for "any class". */
export type Labels = readonly (number | null)[];

/** One class, and how much it counts; negative for what a picture must not be. */
export interface Condition {
  readonly label: number;
  readonly weight: number;
}

/** Classes that are told, or wanted, together: one alone, several with weights, or none. */
export type Wanted = number | readonly Condition[] | null;

/** The same as weighted classes. */
export const weighted = (wanted: Wanted): readonly Condition[] =>
  wanted === null ? [] : typeof wanted === 'number' ? [{ label: wanted, weight: 1 }] : wanted;

/** The label that stands for no class, where the model has one. */
export function nullLabel({ config, classes }: Conditional): number | null {
  const rows = config.num_class_embeds;
  if (rows === null) return null;
  return classes && rows > classes.length ? classes.length : null;
}

export interface RowLabelsOptions {
  readonly model: Conditional;
  /** Those of the whole job. */
  readonly labels?: Labels | null | undefined;
  /** The part of the job that is computed together. */
  readonly first: number;
  readonly count: number;
}

/** What the network is told of some pictures, "any class" where nothing was said; null for unconditional models. */
export function rowLabels({ model, labels, first, count }: RowLabelsOptions): readonly number[] | null {
  if (model.config.num_class_embeds === null) return null;
  const free = nullLabel(model) ?? 0;
  return Array.from({ length: count }, (_, i) => labels?.[first + i] ?? free);
}

export interface CheckLabelsOptions {
  /** Who asks, as the error says it. */
  readonly who: string;
  readonly model: Conditional;
  readonly labels?: Labels | null | undefined;
  /** Pictures of the job. */
  readonly count: number;
}

/** One sentence for labels that the model cannot be told. */
export function checkLabels({ who, model, labels, count }: CheckLabelsOptions): void {
  const refuse = (sentence: string): never => {
    throw new ToolkitError('bad-label', `${who}: ${sentence}`);
  };
  const rows = model.config.num_class_embeds;
  if (rows === null) {
    if (labels) refuse('this model has no classes: leave the labels out.');
    return;
  }
  const range = `integers in [0, ${rows - 1}]`;
  if (labels && labels.length !== count) refuse(`${count} pictures need ${count} labels, got ${labels.length}.`);
  const stray = labels?.find((label) => label !== null && !(Number.isInteger(label) && label >= 0 && label < rows));
  if (stray !== undefined) refuse(`labels must be ${range}, got ${show(stray)}.`);
  if (nullLabel(model) === null && (!labels || labels.includes(null))) {
    refuse(`this model has no label for "any class". Give every picture one of its labels, ${range}.`);
  }
}
